"""A form from a stranger is received whole, in order and under its limits, or refused in words."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.handlers.wsgi import WSGIRequest

from evidence.names import clean
from trails.errors import Invalid, LengthRequired, TooMuch, TrailsError
from trails.http.uploads import Form, receive, require_length

BOUNDARY = "----8c3f"
Part = tuple[str, bytes]


class Unread(io.RawIOBase):
    """A body that must not be read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("The body was read.")


UNREAD = {"wsgi.input": Unread()}


def staged_files() -> list[Path]:
    folder = Path(live_settings.VAULT_STAGING)
    return list(folder.iterdir()) if folder.exists() else []


@pytest.fixture(autouse=True)
def _staging_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.VAULT_STAGING = tmp_path / "staging"


def part(disposition: str, body: bytes = b"", *more: str) -> bytes:
    head = "\r\n".join([f"Content-Disposition: form-data; {disposition}", *more])
    return b"--" + BOUNDARY.encode() + b"\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n"


def file(name: str, body: bytes = b"whoami", field: str = "evidence") -> bytes:
    return part(f'name="{field}"; filename="{name}"', body, "Content-Type: text/plain")


END = b"--" + BOUNDARY.encode() + b"--\r\n"


def request_of(body: bytes, **meta: Any) -> WSGIRequest:
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
    }
    return WSGIRequest({key: value for key, value in (environ | meta).items() if value is not None})


def received(*parts: bytes, **meta: Any) -> Form:
    body = b"".join(parts)
    return receive(request_of(body, **meta), file_fields=frozenset({"evidence"}))


def refused(error: type[TrailsError], *parts: bytes, **meta: Any) -> str:
    """Return the words of a refusal, after which nothing is staged."""
    with pytest.raises(error) as refusal:
        received(*parts, **meta)
    assert staged_files() == []
    assert "%" not in refusal.value.message
    return refusal.value.message


def test_fields_and_files_come_as_they_were_sent() -> None:
    text = part('name="attestation"', '{"step": "é"}'.encode())
    with received(file("b.log", b"\r\n--"), text, file("a.log", b""), END) as form:
        assert form.fields == {"attestation": '{"step": "é"}'}
        assert [u.name for u in form.uploads] == ["b.log", "a.log"]
        assert [u.staged.path.read_bytes() for u in form.uploads] == [b"\r\n--", b""]
        assert len(staged_files()) == 2
    assert staged_files() == []


def test_what_is_staged_goes_when_the_caller_fails() -> None:
    with pytest.raises(RuntimeError), received(file("a.log"), END):
        raise RuntimeError
    assert staged_files() == []


@pytest.mark.parametrize("length", [None, "", "-1", "+5", "1e3", "abc", "\u0665"])
def test_a_body_without_a_length_is_not_read(length: str | None) -> None:
    assert "Content-Length" in refused(
        LengthRequired, file("a.log"), END, CONTENT_LENGTH=length, **UNREAD
    )


@pytest.mark.parametrize("length", ["1001", "9" * 30, "9" * 5000])
def test_a_body_announced_as_too_long_is_not_read(length: str, settings: Any) -> None:
    settings.LIMIT_REQUEST_BYTES = 1000
    words = refused(TooMuch, CONTENT_LENGTH=length, **UNREAD)
    assert "1000 bytes" in words and len(words) < 300


def test_a_length_is_read_with_zeros_in_front(settings: Any) -> None:
    settings.LIMIT_REQUEST_BYTES = 1000
    assert require_length(request_of(b"", CONTENT_LENGTH="0" * 5000 + "1000")) == 1000
    assert require_length(request_of(b"", CONTENT_LENGTH="0")) == 0


def test_a_file_past_its_limit_stops_the_reading(settings: Any) -> None:
    settings.LIMIT_FILE_BYTES = 1 << 20
    body = file("small.log") + file("big.log", b"x" * (8 << 20)) + END
    stream = io.BytesIO(body)
    assert "1048576 bytes" in refused(TooMuch, body, **{"wsgi.input": stream})
    assert stream.tell() < 3 << 20


def test_too_many_files_are_refused_and_as_many_as_fit_are_not(settings: Any) -> None:
    settings.LIMIT_FILES = 3
    with received(*[file("a.log")] * 3, END) as form:
        assert len(form.uploads) == 3
    assert "3 files" in refused(TooMuch, *[file("a.log")] * 4, END)


def test_too_many_fields_are_refused_as_too_much(settings: Any) -> None:
    settings.LIMIT_FILES = 3
    many = [part(f'name="f{number}"', b"x") for number in range(20)]
    assert "too many" in refused(TooMuch, *many, END)


def test_all_texts_together_have_one_limit(settings: Any) -> None:
    settings.LIMIT_JSON_BYTES = 1000
    with received(part('name="a"', b"x" * 990), END) as form:
        assert len(form.fields["a"]) == 990
    assert "1000 bytes" in refused(TooMuch, part('name="a"', b"x" * 1001), END)
    half = [part(f'name="{name}"', b"x" * 600) for name in "ab"]
    assert "1000 bytes" in refused(TooMuch, file("a.log"), *half, END)


WHOLE = file("a.log", b"x" * 1000) + part('name="attestation"', b"{}") + END


@pytest.mark.parametrize("cut", [0, 1, 30, 90, 600, len(WHOLE) // 2, len(WHOLE) - 5])
def test_a_body_that_ends_early_is_refused(cut: int) -> None:
    """Whether its length says so or not."""
    assert "cut off or malformed" in refused(Invalid, WHOLE[:cut])
    assert "cut off or malformed" in refused(Invalid, WHOLE[:cut], CONTENT_LENGTH=str(len(WHOLE)))


@pytest.mark.parametrize(
    "body",
    [
        WHOLE.replace(b"8c3f", b"9d4e"),
        b"",
        b"\x00" * 1000,
        b'{"step": "x"}',
        b"--" + BOUNDARY.encode() + b"\r\n\r\nno headers\r\n" + END,
        b"--" + BOUNDARY.encode() + b"\r\nContent-Disposition: attachment\r\n\r\nx\r\n" + END,
        part('name="a"\xff').replace("\xff".encode(), b"\xff") + END,
        part('name="a"', b"x", *["X-Header: y"] * 50) + END,
        part(f'name="{"n" * 20_000}"', b"x") + END,
        file("a.log").replace(b"text/plain\r\n", b"text/plain\n") + END,
    ],
    ids=range(10),
)
def test_a_malformed_body_is_refused(body: bytes) -> None:
    refused(Invalid, body)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=" + BOUNDARY,
        'multipart/form-data; boundary="\n"',
    ],
)
def test_another_type_of_body_is_refused(content_type: str) -> None:
    refused(Invalid, WHOLE, CONTENT_TYPE=content_type)


def test_a_field_that_comes_twice_is_refused() -> None:
    field = part('name="attestation"', b"{}")
    assert "came twice" in refused(Invalid, file("a.log"), field, field, END)


def test_text_that_is_not_utf_8_is_refused() -> None:
    assert "not UTF-8" in refused(Invalid, part('name="attestation"', b"\xff\xfe"), END)


def test_a_file_under_another_name_is_refused_not_dropped() -> None:
    assert "send files as evidence" in refused(Invalid, file("a.log", field="attachment"), END)


def test_evidence_without_a_file_name_is_refused_not_dropped() -> None:
    """`curl -F evidence=path`, without the @, sends the path itself."""
    words = refused(Invalid, part('name="evidence"', b"/var/log/shell.log"), END)
    assert "evidence=@path" in words
    coded = part("name=\"evidence\"; filename*=UTF-8''a.log", b"whoami")
    assert "without a file name" in refused(Invalid, coded, END)


def test_an_empty_file_input_of_a_browser_is_no_file() -> None:
    with received(file("", b""), file("", b"", field="other"), file("a.log"), END) as form:
        assert [upload.name for upload in form.uploads] == ["a.log"]


def test_bytes_under_an_empty_name_are_received() -> None:
    with received(file("", b"whoami"), END) as form:
        assert [(u.name, u.staged.path.read_bytes()) for u in form.uploads] == [("", b"whoami")]
        assert clean(form.uploads[0].name) == "evidence"


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\boot.ini", "a\x00b", "\u202egpj.exe", "é" * 300],
)
def test_a_hostile_name_comes_through_to_be_cleaned(name: str) -> None:
    """What a name becomes is decided where it is recorded, from what was really sent."""
    with received(file(name), END) as form:
        assert len(form.uploads) == 1
        assert clean(form.uploads[0].name) not in {"", "evidence", ".", ".."}


def test_what_comes_after_the_end_is_read_and_ignored() -> None:
    body = WHOLE + b"epilogue" * 1000
    stream = io.BytesIO(body)
    with received(body, **{"wsgi.input": stream}) as form:
        assert len(form.uploads) == 1
    assert stream.tell() == len(body)

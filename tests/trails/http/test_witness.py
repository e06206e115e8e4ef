"""A witness over HTTP answers as the standard says, and reads no more than it has to."""

import io
from typing import Any

import pytest

from evidence.ledger import note
from evidence.ledger.note import Note
from evidence.models import Witnessed
from tests.logs import Stranger, witness_key
from trails.http.witness import Witness

LOG, OTHER, KEY = Stranger(), Stranger("log.example.com/other", 2), witness_key()
WITNESS = Witness(KEY, {LOG.origin: [LOG.key.key]})
PLAIN = "text/plain; charset=utf-8"


class Body(io.BytesIO):
    """A body that knows whether somebody looked."""

    was_read = False

    def read(self, *args: Any) -> bytes:
        self.was_read = True
        return super().read(*args)


def ask(
    method: str = "GET", path: str = "/", body: bytes = b"", **environ: Any
) -> tuple[int, dict[str, str], bytes]:
    answer: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        answer.update(status=int(status.split(" ")[0]), headers=dict(headers))

    request = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": Body(body),
    } | environ
    said = b"".join(WITNESS(request, start))
    if method != "HEAD":
        assert answer["headers"]["Content-Length"] == str(len(said))
    return answer["status"], answer["headers"], said


def add(body: bytes, **environ: Any) -> tuple[int, str, bytes]:
    status, headers, said = ask("POST", "/add-checkpoint", body, **environ)
    return status, headers["Content-Type"], said


def test_it_tells_who_it_is() -> None:
    status, headers, said = ask()
    assert (status, headers["Content-Type"]) == (200, PLAIN)
    assert said.decode() == f"{KEY.key.name}\n{KEY.key.vkey}\n"
    assert ask("HEAD")[2] == b""


def test_it_tells_that_it_is_ready() -> None:
    assert ask(path="/ready")[::2] == (200, b"OK")


@pytest.mark.django_db
def test_a_checkpoint_is_answered_with_the_line_of_its_cosignature() -> None:
    status, content_type, said = add(LOG.request(0, 5))
    assert (status, content_type) == (200, PLAIN)
    text = note.parse(LOG.note(5)).text
    assert note.verify(Note(text, note.signatures(said)), [KEY.key])


@pytest.mark.django_db
def test_another_old_size_is_answered_with_the_size() -> None:
    add(LOG.request(0, 5))
    assert add(LOG.request(0, 7)) == (409, "text/x.tlog.size", b"5\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old 6\n\n" + LOG.note(5), 400),
        (Stranger(LOG.origin, 3).request(0, 5), 403),
        (OTHER.request(0, 5), 404),
        (LOG.request(5, 5, fork=1), 409),
        (LOG.request(5, 7, fork=1), 422),
    ],
)
def test_each_refusal_has_its_status_and_its_reason(body: bytes, status: int) -> None:
    add(LOG.request(0, 5))
    answered, content_type, said = add(body)
    assert (answered, content_type) == (status, PLAIN)
    assert said.endswith(b".\n") and len(said) > 10
    assert Witnessed.objects.count() == 1


@pytest.mark.parametrize(
    ("length", "status"),
    [("", 411), ("-1", 411), ("1e3", 411), ("\xb2", 411), ("65537", 413), ("9" * 5000, 413)],
)
def test_a_body_that_is_too_long_or_of_unknown_length_is_not_read(length: str, status: int) -> None:
    body = Body(LOG.request(0, 5))
    environ = {"CONTENT_LENGTH": length, "wsgi.input": body}
    assert add(b"", **environ)[0] == status
    assert not body.was_read


def test_a_body_that_ends_early_is_400() -> None:
    assert add(LOG.request(0, 5), CONTENT_LENGTH="9000")[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"),
    [
        ("GET", "/add-checkpoint", 405, "POST"),
        ("PUT", "/add-checkpoint", 405, "POST"),
        ("POST", "/", 405, "GET"),
        ("GET", "/add-checkpoint/", 404, None),
        ("GET", "/elsewhere", 404, None),
    ],
)
def test_everything_else_is_refused(
    method: str, path: str, status: int, allowed: str | None
) -> None:
    answered, headers, _ = ask(method, path)
    assert (answered, headers.get("Allow")) == (status, allowed)

"""Downloads that can be resumed, checked and cached: trails/http/ranges.py."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from trails.http.ranges import Unsatisfiable, parse_range, serve

DATA = bytes(range(100))


class Reader:
    """A reader that remembers which range it was asked for, and whether it was let go."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.open = False

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        self.asked.append((start, stop))
        return self.chunks(start, stop)

    def chunks(self, start: int, stop: int) -> Iterator[bytes]:
        self.open = True
        try:
            for at in range(start, stop, 7):
                yield DATA[at : min(at + 7, stop)]
        finally:
            self.open = False


@pytest.fixture
def reader() -> Reader:
    return Reader()


def ask(
    reader: Reader, method: str = "GET", *, filename: str = "report.zip", **headers: str
) -> HttpResponse | StreamingHttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return serve(
        RequestFactory().generic(method, "/package", headers=named),
        length=len(DATA),
        etag="abc",
        content_type="application/zip",
        filename=filename,
        read=reader.read,
        headers={"Cache-Control": "private"},
    )


def body(response: HttpResponseBase) -> bytes:
    assert isinstance(response, HttpResponse | StreamingHttpResponse)
    return response.getvalue()


def test_a_download_says_how_long_it_is_and_that_it_can_be_resumed(reader: Reader) -> None:
    response = ask(reader)

    assert response.status_code == 200
    assert body(response) == DATA
    assert dict(response.items()) == {
        "Cache-Control": "private",
        "ETag": '"abc"',
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Type": "application/zip",
        "Content-Length": "100",
        "Content-Disposition": 'attachment; filename="report.zip"',
    }


def test_a_head_request_gets_the_same_headers_and_reads_nothing(reader: Reader) -> None:
    response = ask(reader, "HEAD", Range="bytes=5-")

    assert dict(response.items()) == dict(ask(Reader()).items())
    assert body(response) == b""
    assert reader.asked == []


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=40-", 40, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=-7", 93, 100),
        ("bytes=-1000", 0, 100),
        ("Bytes= 3-4 ,", 3, 5),
        (f"bytes=0-{10**39}", 0, 100),
    ],
)
def test_a_range_is_answered_with_exactly_its_bytes(
    reader: Reader, asked: str, start: int, stop: int
) -> None:
    response = ask(reader, Range=asked)

    assert response.status_code == 206
    assert body(response) == DATA[start:stop]
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/100"
    assert response["Content-Length"] == str(stop - start)
    assert reader.asked == [(start, stop)]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=5-4",
        "bytes=-",
        "bytes=",
        "bytes",
        "lines=0-1",
        "bytes=a-b",
        "bytes=٣-٤",
        "bytes=1-2-3",
        "bytes=+1-2",
        f"bytes={'9' * 5000}-",
    ],
)
def test_ranges_that_are_many_or_malformed_get_the_whole(reader: Reader, asked: str) -> None:
    assert parse_range(asked, 100) is None
    if asked.isascii():
        assert body(ask(reader, Range=asked)) == DATA


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_length(reader: Reader, asked: str) -> None:
    response = ask(reader, Range=asked)

    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */100"
    assert response["Content-Length"] == str(len(body(response)))
    assert "Content-Disposition" not in response
    assert reader.asked == []


def test_nothing_of_an_empty_file_is_out_of_range_but_its_end_is() -> None:
    assert parse_range("bytes=-5", 0) is None
    assert parse_range("bytes=0-", 0) == Unsatisfiable(0)


@given(st.from_regex(r"\Abytes=[0-9]{0,3}-[0-9]{0,3}\Z"), st.integers(0, 200))
def test_whatever_is_asked_only_bytes_that_exist_are_promised(asked: str, length: int) -> None:
    match parse_range(asked, length):
        case (start, stop):
            assert 0 <= start < stop <= length
        case answer:
            assert answer is None or answer == Unsatisfiable(length)


@pytest.mark.parametrize("tags", ['"abc"', 'W/"abc"', '"x", "abc"', "*"])
def test_who_has_these_bytes_is_not_sent_them_again(reader: Reader, tags: str) -> None:
    response = ask(reader, If_None_Match=tags, Range="bytes=500-")

    assert response.status_code == 304
    assert (response["ETag"], response["Cache-Control"]) == ('"abc"', "private")
    assert response["Content-Length"] == "100"  # Of what is not sent again.
    assert body(response) == b"" and "Content-Type" not in response
    assert reader.asked == []


@pytest.mark.parametrize("tags", ['"ab"', "abc", "", '"x", W/"y"'])
def test_who_has_other_bytes_is_sent_these(reader: Reader, tags: str) -> None:
    assert body(ask(reader, If_None_Match=tags)) == DATA


@pytest.mark.parametrize(
    ("tags", "status"),
    [('"abc"', 200), ("*", 200), ('"x", "abc"', 200), ('W/"abc"', 412), ('"x"', 412), ("", 412)],
)
def test_who_insists_on_other_bytes_is_told_that_they_are_gone(
    reader: Reader, tags: str, status: int
) -> None:
    assert ask(reader, If_Match=tags, If_None_Match='"x"').status_code == status


@pytest.mark.parametrize(
    ("validator", "status"),
    [
        ('"abc"', 206),
        ('"other"', 200),
        ('W/"abc"', 200),
        ("Tue, 24 Nov 2026 10:00:00 GMT", 200),
    ],
)
def test_a_download_is_continued_only_if_its_parts_fit_together(
    reader: Reader, validator: str, status: int
) -> None:
    response = ask(reader, Range="bytes=50-", If_Range=validator)

    assert response.status_code == status
    assert body(response) == (DATA[50:] if status == 206 else DATA)


@pytest.mark.parametrize(
    ("filename", "disposition"),
    [
        ('a "b".zip', 'attachment; filename="a \\"b\\".zip"'),
        ("größe €.zip", "attachment; filename*=utf-8''gr%C3%B6%C3%9Fe%20%E2%82%AC.zip"),
    ],
)
def test_any_name_arrives_as_it_is(reader: Reader, filename: str, disposition: str) -> None:
    assert ask(reader, filename=filename)["Content-Disposition"] == disposition


def test_a_client_who_hangs_up_leaves_no_file_open(reader: Reader, db: None) -> None:
    response = ask(reader, Range="bytes=10-")
    assert isinstance(response, StreamingHttpResponse)

    next(iter(response))
    assert reader.open
    response.close()
    assert not reader.open


def test_other_methods_are_refused(reader: Reader) -> None:
    response = ask(reader, "POST")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert reader.asked == []

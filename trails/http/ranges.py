"""Serves bytes of known length so that downloads can be resumed, checked and cached (RFC 9110).

For evidence files and packages, which never change under one entity tag. This file does not
decide who may have them, and it does not know where they come from: the caller passes a reader.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

# One range of bytes (RFC 9110 §14.1.2). No file needs more digits than these; int() would
# refuse a few thousand of them with an error of its own.
_RANGE = re.compile(r"(?P<first>[0-9]{1,40})-(?P<last>[0-9]{1,40})?|-(?P<suffix>[0-9]{1,40})")


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """A range that lies outside the `length` bytes there are: answer 416."""

    length: int

    @property
    def content_range(self) -> str:
        return f"bytes */{self.length}"


def parse_range(header: str, length: int) -> tuple[int, int] | Unsatisfiable | None:
    """Gives [start, stop) of the one range that `header` asks for, cut to `length` bytes.

    None means the whole: for several ranges, another unit, a malformed or backward range. A
    server may ignore those (RFC 9110 §14.2), and a client always understands a whole answer.
    """
    unit, _, ranges = header.partition("=")
    # Empty elements of a list do not count (RFC 9110 §5.6.1.2).
    asked = [part for part in (part.strip(" \t") for part in ranges.split(",")) if part]
    match = _RANGE.fullmatch(asked[0]) if len(asked) == 1 else None
    if match is None or unit.lower() != "bytes":
        return None
    if match["suffix"]:
        size = int(match["suffix"])
        if size == 0:
            return Unsatisfiable(length)
        # All of an empty file was asked for; Content-Range has no way to say "nothing".
        return (max(length - size, 0), length) if length else None
    first, last = int(match["first"]), int(match["last"] or length)
    if match["last"] and last < first:
        return None
    return (first, min(last + 1, length)) if first < length else Unsatisfiable(length)


def sends_bytes(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Tell whether an answer of `serve` hands out content, whole or in part."""
    return request.method == "GET" and response.status_code in (200, 206)


def serve(
    request: HttpRequest,
    *,
    length: int,
    etag: str,
    content_type: str,
    filename: str,
    read: Callable[[int, int], Iterator[bytes]],
    headers: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse | StreamingHttpResponse:
    """Answers GET and HEAD for a download, whole or in part, in the order of RFC 9110 §13.2.2.

    `etag` is a strong one, without its quotes. `read(start, stop)` is called once, and only if
    its bytes are sent; what it returns is closed with the response, so that a client who hangs
    up leaves no file open. `headers` are added to every answer, and never replace those of here.
    """
    tag = f'"{etag}"'
    shared = {**headers, "ETag": tag, "Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff"}

    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if_match = request.headers.get("If-Match")
    if if_match is not None and not _matches(if_match, tag, weak=False):
        return _refuse(request, 412, "The file has changed since you saw it: load it anew.", shared)
    if _matches(request.headers.get("If-None-Match", ""), tag, weak=True):
        # The length is that of the whole, as RFC 9110 §8.6 wants it; left out, Django's
        # CommonMiddleware would claim 0.
        unchanged = HttpResponse(status=304, headers={**shared, "Content-Length": str(length)})
        del unchanged["Content-Type"]
        return unchanged

    part: tuple[int, int] | Unsatisfiable | None = None
    # A tag that differs, a weak one and a date do not prove that the parts fit together
    # (RFC 9110 §13.1.5), and ranges mean something for GET alone (§14.2).
    if request.method == "GET" and request.headers.get("If-Range", tag).strip() == tag:
        part = parse_range(request.headers.get("Range", ""), length)
    if isinstance(part, Unsatisfiable):
        shared["Content-Range"] = part.content_range
        return _refuse(request, 416, f"There are {length} bytes: ask for a part of them.", shared)

    start, stop = part or (0, length)
    shared["Content-Type"] = content_type
    shared["Content-Length"] = str(stop - start)
    shared["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    if part:
        shared["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
    if request.method == "HEAD":
        return HttpResponse(headers=shared)
    # Its first bytes are read now: what cannot be read at all is an error, not half a file.
    chunks = _Begun(read(start, stop))
    return StreamingHttpResponse(chunks, status=206 if part else 200, headers=shared)


class _Begun:
    """Chunks of which the first one has been read, closed as the generator that gives them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._first: bytes | None = next(chunks, None)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        first, self._first = self._first, None
        return next(self._chunks) if first is None else first

    def close(self) -> None:
        """Close what is read, such as a file."""
        close = getattr(self._chunks, "close", None)
        if close is not None:
            close()


def serve_bytes(
    request: HttpRequest,
    body: bytes,
    *,
    content_type: str,
    filename: str,
    etag: str | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> HttpResponse | StreamingHttpResponse:
    """Answers like `serve`, from bytes at hand. Without an `etag` it is their SHA-256."""
    return serve(
        request,
        length=len(body),
        etag=etag or hashlib.sha256(body).hexdigest(),
        content_type=content_type,
        filename=filename,
        read=lambda start, stop: iter((body[start:stop],)),
        headers=headers,
    )


def _matches(header: str, tag: str, *, weak: bool) -> bool:
    """Tells whether a list of entity tags names `tag`, or everything (RFC 9110 §8.8.3.2)."""
    tags = parse_etags(header)
    return tags == ["*"] or tag in (t.removeprefix("W/") if weak else t for t in tags)


def _refuse(
    request: HttpRequest, status: int, text: str, headers: Mapping[str, str]
) -> HttpResponse:
    body = "" if request.method == "HEAD" else text + "\n"
    return HttpResponse(
        body,
        status=status,
        content_type="text/plain; charset=utf-8",
        headers={**headers, "Content-Length": str(len(body.encode()))},
    )

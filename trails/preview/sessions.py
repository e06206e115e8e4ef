"""The output of a terminal session as pieces with times, from whatever it was recorded in. Pure."""

import codecs
from collections.abc import Iterable, Iterator

from trails.preview import recordings
from trails.preview.encodings import Encoding
from trails.preview.kinds import HEAD, Kind
from trails.preview.recordings import Cast
from trails.preview.source import Source, chunks

_WHOLE = 4 << 20  # bytes of an asciicast of version 1, which is read at once
Pieces = Iterator[tuple[str, float | None]]


def cast_of(source: Source, kind: Kind) -> Cast | None:
    """Return the head of a recording that has one."""
    return recordings.cast(source.read(0, HEAD)) if kind is Kind.ASCIICAST else None


def pieces(source: Source, encoding: Encoding, cast: Cast | None, start: int, stop: int) -> Pieces:
    """Yield the output between two bytes of a file, which are those of whole lines."""
    if cast is None:
        return ((text, None) for text in _decoded(source, encoding, start, stop))
    if cast.version == 1:
        text = encoding.decode(source.read(encoding.begins, min(source.size, _WHOLE)))
        return recordings.frames(text)
    lines = _lines(_decoded(source, encoding, start, stop))
    # Further down there is no head; the events of version 3 then count from there.
    return recordings.events(cast, lines if start <= encoding.begins else _headed(lines))


def _headed(lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield from lines


def _decoded(source: Source, encoding: Encoding, start: int, stop: int) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors="replace")
    for chunk in chunks(source, max(start, encoding.begins), stop):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _lines(texts: Iterable[str]) -> Iterator[str]:
    """Yield lines. One that is longer than an event may be comes in parts, which are no events."""
    held = ""
    for text in texts:
        *whole, held = (held + text).split("\n")
        yield from whole
        if len(held) > recordings.EVENT:
            yield held
            held = ""
    if held:
        yield held

"""Cuts a text of any length into windows at line ends, and numbers their lines. Pure.

A window is found from its first byte alone, so that a link to it stays good. Lines before it are
counted while that is cheap; further down they are numbered from the window's beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from trails.preview.encodings import Encoding
from trails.preview.source import CHUNK, Source, chunks

WINDOW = 1 << 18  # bytes
LINES = 2000
COUNTED = 32 << 20  # bytes; reading them for their line ends takes some hundredths of a second


@dataclass(frozen=True, slots=True)
class Window:
    """Lines of a text that lie between two bytes; `first` is the number of the first, if known."""

    start: int
    stop: int
    lines: list[str]
    first: int | None
    unreadable: int  # characters that the encoding does not know


def window(
    source: Source, encoding: Encoding, at: int, *, size: int = WINDOW, lines: int = LINES
) -> Window:
    """Return the window that begins at a byte, or at the next whole character after it."""
    start = _aligned(source, encoding, at)
    data = source.read(start, min(start + size, source.size))
    kept = _kept(data, encoding, lines, is_last=start + len(data) >= source.size)
    text = encoding.decode(data[:kept])
    split = text.removesuffix("\n").split("\n") if text else []
    return Window(
        start=start,
        stop=start + kept,
        lines=[line.removesuffix("\r") for line in split],
        first=number_at(source, encoding, start),
        unreadable=text.count("\ufffd"),
    )


def before(source: Source, encoding: Encoding, at: int, *, size: int = WINDOW) -> int:
    """Return where the window before the one at `at` begins."""
    floor = max(encoding.begins, at - size)
    floor += (floor - encoding.begins) % encoding.unit
    ends = list(line_ends(source.read(floor, at), encoding))
    # The last end is that of the window itself.
    if len(ends) > LINES:
        return floor + ends[-LINES - 1]
    if floor <= encoding.begins or len(ends) < 2:
        return floor
    return floor + ends[0]


def number_at(source: Source, encoding: Encoding, at: int) -> int | None:
    """Return the number of the line that holds a byte; None when counting would be dear."""
    if at - encoding.begins > COUNTED:
        return None
    return 1 + sum(
        count_ends(chunk, encoding) for chunk in chunks(source, encoding.begins, at, CHUNK)
    )


def place_of(source: Source, encoding: Encoding, number: int) -> int | None:
    """Return the byte at which a line begins; None when it is not among those that are counted."""
    seen, at = 1, encoding.begins
    if number <= 1:
        return at
    for chunk in chunks(source, at, min(source.size, at + COUNTED), CHUNK):
        here = count_ends(chunk, encoding)
        if seen + here >= number:
            for end in line_ends(chunk, encoding):
                seen += 1
                if seen == number:
                    return at + end
        seen += here
        at += len(chunk)
    return None


def _aligned(source: Source, encoding: Encoding, at: int) -> int:
    at = max(encoding.begins, min(at, source.size))
    if encoding.unit > 1:
        return at - (at - encoding.begins) % encoding.unit
    if encoding.codec == "utf-8":
        following = source.read(at, min(at + 3, source.size))
        at += len(following) - len(following.lstrip(bytes(range(0x80, 0xC0))))
    return at


def _kept(data: bytes, encoding: Encoding, lines: int, *, is_last: bool) -> int:
    """Return how many bytes belong to the window: whole lines, if there is one line end at all."""
    kept = 0
    for number, end in enumerate(line_ends(data, encoding), start=1):
        kept = end
        if number == lines:
            return kept
    if is_last or kept == 0:
        return len(data) if is_last else _whole_characters(data, encoding)
    return kept


def _whole_characters(data: bytes, encoding: Encoding) -> int:
    if encoding.unit > 1:
        return len(data) - len(data) % encoding.unit
    if encoding.codec != "utf-8":
        return len(data)
    # Bytes of a character whose rest is in the next window.
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if needed > back else len(data)
        if byte < 0x80:
            break
    return len(data)


def line_ends(data: bytes, encoding: Encoding) -> Iterator[int]:
    """Yield where each line of `data` ends, behind its line end. `data` begins with a character."""
    newline, unit = encoding.newline, encoding.unit
    at = data.find(newline)
    while at >= 0:
        if at % unit == 0:
            yield at + len(newline)
        at = data.find(newline, at + 1)


def count_ends(data: bytes, encoding: Encoding) -> int:
    """Return how many lines end in `data`, which begins with a character."""
    if encoding.unit == 1:
        return data.count(b"\n")
    return sum(1 for _ in line_ends(data, encoding))

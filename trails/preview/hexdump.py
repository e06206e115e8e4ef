"""Bytes as offsets, hex digits and the letters among them. Pure."""

from dataclasses import dataclass

from trails.preview.source import Source

WIDTH = 16
ROWS = 256


@dataclass(frozen=True, slots=True)
class Row:
    """Sixteen bytes: where they are, their digits in two groups, their letters."""

    offset: str
    digits: str
    letters: str


def rows(source: Source, at: int) -> tuple[int, int, list[Row]]:
    """Return where the part begins and ends, and its rows; it begins at a multiple of sixteen."""
    start = max(0, min(at, max(source.size - 1, 0)))
    start -= start % WIDTH
    data = source.read(start, min(start + WIDTH * ROWS, source.size))
    digits = max(8, len(f"{source.size:x}"))
    found = []
    for begin in range(0, len(data), WIDTH):
        part = data[begin : begin + WIDTH]
        halves = f"{part[:8].hex(' ')}  {part[8:].hex(' ')}".rstrip()
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in part)
        found.append(Row(f"{start + begin:0{digits}x}", halves.ljust(WIDTH * 3), letters))
    return start, start + len(data), found

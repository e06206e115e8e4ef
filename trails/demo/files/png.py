"""Draws charts in pixels and writes them as PNG (RFC 2083), with nothing but zlib. Pure."""

import struct
import zlib
from collections.abc import Sequence
from itertools import pairwise

PALETTE = ("ffffff", "1f2937", "d1d5db", "2563eb", "dc2626", "6b7280")
PAPER, INK, HAIRLINE, BLUE, RED, GREY = range(6)

# Letters of three by five pixels; each digit is one row, its three bits from left to right.
_GLYPHS = {
    "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644",
    "G": "34553", "H": "55755", "I": "72227", "J": "11152", "K": "55655", "L": "44447",
    "M": "57755", "N": "65555", "O": "25552", "P": "65644", "Q": "25573", "R": "65655",
    "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55775", "X": "55255",
    "Y": "55222", "Z": "71247", "0": "75557", "1": "26227", "2": "61247", "3": "61216",
    "4": "55711", "5": "74616", "6": "34757", "7": "71222", "8": "75757", "9": "75716",
    "-": "00700", ".": "00002", ":": "02020", "/": "11244", " ": "00000",
}  # fmt: skip


class Canvas:
    """A sheet of pixels, each an index into the palette."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows = [bytearray(width) for _ in range(height)]

    def dot(self, x: int, y: int, colour: int) -> None:
        """Colour one pixel; what lies outside of the sheet is left out."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._rows[y][x] = colour

    def line(self, start: tuple[int, int], end: tuple[int, int], colour: int) -> None:
        """Draw a line of one pixel."""
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps, colour)

    def text(self, x: int, y: int, text: str, colour: int = INK, scale: int = 2) -> None:
        """Write capitals, digits and - . : / with the upper left corner at (x, y)."""
        for column, character in enumerate(text.upper()):
            for row, bits in enumerate(_GLYPHS[character]):
                for bit in range(3):
                    if int(bits) >> (2 - bit) & 1:
                        self._block(x + (column * 4 + bit) * scale, y + row * scale, scale, colour)

    def _block(self, x: int, y: int, size: int, colour: int) -> None:
        for dy in range(size):
            for dx in range(size):
                self.dot(x + dx, y + dy, colour)

    def png(self) -> bytes:
        """Return the sheet as an indexed-colour PNG."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        pixels = b"".join(b"\0" + bytes(row) for row in self._rows)  # filter 0 before each row
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", header)
            + _chunk(b"PLTE", bytes.fromhex("".join(PALETTE)))
            + _chunk(b"IDAT", zlib.compress(pixels, 9))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def latency_chart(
    title: str, milliseconds: Sequence[int], *, limit: int, marks: Sequence[tuple[int, str]]
) -> bytes:
    """Return a chart of one latency a minute, with the limit as a red line.

    `marks` are minutes with a word, such as `(12, "FAILOVER")`.
    """
    sheet = Canvas(640, 300)
    left, right, top, bottom = 64, 620, 48, 262
    highest = max(*milliseconds, limit) * 11 // 10

    def x(minute: int) -> int:
        return left + (right - left) * minute // max(len(milliseconds) - 1, 1)

    def y(value: int) -> int:
        return bottom - (bottom - top) * value // highest

    sheet.text(left, 16, title, scale=3)
    for tick in range(0, highest, 100):
        sheet.line((left, y(tick)), (right, y(tick)), HAIRLINE)
        sheet.text(20, y(tick) - 5, str(tick).rjust(4), GREY)
    for minute, word in marks:
        sheet.line((x(minute), top), (x(minute), bottom), GREY)
        sheet.text(x(minute) + 4, top, word, GREY)
    sheet.line((left, y(limit)), (right, y(limit)), RED)
    sheet.text(right - 96, bottom + 14, f"LIMIT {limit} MS", RED)
    points = [(x(minute), y(value)) for minute, value in enumerate(milliseconds)]
    for start, end in pairwise(points):
        for thickness in (0, 1):
            sheet.line((start[0], start[1] + thickness), (end[0], end[1] + thickness), BLUE)
    sheet.line((left, bottom), (right, bottom), INK)
    sheet.text(left, bottom + 14, f"MINUTES 0-{len(milliseconds) - 1} / P95 IN MS", GREY)
    return sheet.png()

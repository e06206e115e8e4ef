"""Tells which characters a file's bytes stand for, or that they stand for none. Pure."""

import codecs
import re
from dataclasses import dataclass

import charset_normalizer

SAMPLE = 1 << 14  # bytes that the guess looks at; it is slow
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", 1),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)
# What no text holds, once tab, line ends, bell, backspace, form feed and escape are taken out.
_BINARY = re.compile(rb"[\x00-\x06\x0b\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python, how sure we are of it, and how it writes a line end."""

    codec: str
    is_guessed: bool = False
    unit: int = 1  # bytes of the smallest character
    begins: int = 0  # where the text begins: after the byte order mark

    @property
    def newline(self) -> bytes:
        """Return the bytes of a line end."""
        return "\n".encode(self.codec)

    def decode(self, data: bytes) -> str:
        """Return the text; what cannot be read is U+FFFD."""
        return data.decode(self.codec, errors="replace")


def detect(head: bytes) -> Encoding | None:
    """Return the encoding of a file that begins with `head`; None when it is no text."""
    for mark, codec, unit in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, unit=unit, begins=len(mark))
    if b"\x00" in head or len(_BINARY.findall(head)) * 20 > len(head):
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _guess(head[:SAMPLE])
    return Encoding("utf-8")


def _guess(sample: bytes) -> Encoding:
    best = charset_normalizer.from_bytes(sample).best()
    codec = best.encoding if best is not None else "latin-1"
    try:
        single = "\n".encode(codec) == b"\n"
        sample.decode(codec, errors="replace")
    except (LookupError, UnicodeError):
        single = False
    # A line must end in one byte, or windows could not be cut at line ends.
    return Encoding(codec if single else "latin-1", is_guessed=True)

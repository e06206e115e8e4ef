"""Looks at the head of an image: is it one, and how large does it claim to be? Pure.

Threat. An image of a few bytes may claim a billion pixels, and a browser that shows it takes their
memory. Only the head is read here; nothing is decoded on the server. What passes is sent under the
type that was verified, never under the one that its reporter or its name says.
"""

import io
import struct
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from trails.preview.kinds import Kind
from trails.preview.source import Reader, Source

SIDE = 16_384  # pixels
PIXELS = 50_000_000
BYTES = 32 << 20

TYPES = {
    Kind.PNG: "image/png", Kind.JPEG: "image/jpeg", Kind.GIF: "image/gif", Kind.WEBP: "image/webp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """An image whose head was read: its type, its sides, and whether it is small enough to show."""

    media_type: str
    width: int
    height: int
    frames: bool = False

    @property
    def is_shown(self) -> bool:
        """Tell whether browsers may be asked to decode it."""
        return max(self.width, self.height) <= SIDE and self.width * self.height <= PIXELS


class NotAnImage(ValueError):
    """The bytes begin as an image does and are none."""


def measure(source: Source, kind: Kind) -> Measured:
    """Return the measures of an image. `NotAnImage` if its head is malformed or it is too large."""
    if source.size > BYTES:
        raise NotAnImage(f"it has {source.size} bytes, more than the {BYTES} that are shown")
    try:
        reader = io.BufferedReader(Reader(source), 1 << 16)
        with Image.open(reader, formats=[kind.upper()]) as image:
            width, height = image.size
    except UnidentifiedImageError as error:
        raise NotAnImage("its head is damaged") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        # A warning is raised where the operator asks for it; elsewhere the measures decide.
        return _claimed(source, kind)
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, struct.error) as error:
        raise NotAnImage(str(error)[:200]) from error
    return Measured(TYPES[kind], width, height)


def _claimed(source: Source, kind: Kind) -> Measured:
    """Return what a head claims that Pillow refuses to measure for its claim."""
    if kind is Kind.PNG:
        return Measured(TYPES[kind], *struct.unpack(">II", source.read(16, 24)))
    return Measured(TYPES[kind], SIDE + 1, SIDE + 1)

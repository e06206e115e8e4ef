"""Images are measured by their heads, and what claims too much is not shown."""

import io
import struct
import zlib

import pytest
from PIL import Image

from trails.preview.images import BYTES, NotAnImage, measure
from trails.preview.kinds import Kind
from trails.preview.source import Held


def image(format: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, format)
    return out.getvalue()


def claiming(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(b"IHDR" + head))
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + b"IHDR"
        + head
        + crc
        + bytes(4)
        + b"IDAT"
        + bytes(20)
    )


@pytest.mark.parametrize("kind", [Kind.PNG, Kind.JPEG, Kind.GIF, Kind.WEBP])
def test_an_image_has_its_measures(kind: Kind) -> None:
    found = measure(Held("x", image(kind.upper())), kind)
    assert (found.width, found.height, found.is_shown) == (30, 20, True)
    assert found.media_type == f"image/{kind}"


@pytest.mark.parametrize(("width", "height"), [(40_000, 30_000), (1, 60_000), (8_000, 8_000)])
def test_a_gigabyte_of_pixels_is_told_and_not_shown(width: int, height: int) -> None:
    found = measure(Held("x.png", claiming(width, height)), Kind.PNG)
    assert (found.width, found.height, found.is_shown) == (width, height, False)


@pytest.mark.parametrize("kind", [Kind.PNG, Kind.JPEG, Kind.GIF, Kind.WEBP])
def test_what_only_begins_as_an_image_is_none(kind: Kind) -> None:
    with pytest.raises(NotAnImage):
        measure(Held("x", image(kind.upper())[:12] + b"<script>"), kind)


def test_another_format_under_a_wrong_kind_is_refused() -> None:
    with pytest.raises(NotAnImage):
        measure(Held("x", image("GIF")), Kind.PNG)


def test_a_very_large_file_is_not_read() -> None:
    class Large(Held):
        @property
        def size(self) -> int:
            return BYTES + 1

    with pytest.raises(NotAnImage):
        measure(Large("x", b""), Kind.PNG)

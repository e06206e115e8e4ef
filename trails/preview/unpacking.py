"""Unpacks gzip, bzip2 and xz as a stream, and stops before it becomes too much. Pure.

Threat. Ten gigabytes of zeros fit into ten megabytes. What is read, what is unpacked and how long
it takes all have a bound, and no more than a piece is in memory; xz is told how much memory its
dictionary may take.
"""

import bz2
import lzma
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from trails.preview.kinds import Kind
from trails.preview.source import Source, chunks

READ = 200 << 20  # bytes of the file
UNPACKED = 256 << 20  # bytes
SECONDS = 6.0
RATIO = 200  # unpacked to packed; logs of one repeated line reach about 100
_PIECE = 1 << 18
_XZ_MEMORY = 96 << 20


class TooLarge(Exception):
    """A bound was reached. Says which."""


class Broken(Exception):
    """The file is damaged, or not what it begins as."""


class Stream:
    """The unpacked bytes of a file, read in order. For a plain tar, its bytes as they are."""

    def __init__(self, source: Source, kind: Kind) -> None:
        self.taken = 0  # bytes of the file
        self.given = 0  # bytes that came out
        self._deadline = time.monotonic() + SECONDS
        self._pieces = self._guarded(source, kind)
        self._held = b""

    def read(self, size: int) -> bytes:
        """Return so many bytes, fewer at the end. `TooLarge` or `Broken` in trouble."""
        pieces, missing = [self._held[:size]], size - len(self._held)
        self._held = self._held[size:]
        while missing > 0:
            piece = next(self._pieces, b"")
            if not piece:
                break
            pieces.append(piece[:missing])
            self._held = piece[missing:]
            missing -= len(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> int:
        """Pass over so many bytes and return how many there were."""
        left = size
        while left > 0:
            passed = len(self.read(min(left, _PIECE)))
            if not passed:
                break
            left -= passed
        return size - left

    @property
    def ratio(self) -> float:
        """Return how many bytes came out for one that went in."""
        return self.given / max(self.taken, 1)

    def _guarded(self, source: Source, kind: Kind) -> Iterator[bytes]:
        try:
            for piece in self._unpacked(source, kind):
                self.given += len(piece)
                if self.given > UNPACKED:
                    raise TooLarge("it unpacks to more than is read here")
                self._hurry()
                yield piece
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
            raise Broken(str(error)[:200]) from error

    def _hurry(self) -> None:
        if time.monotonic() > self._deadline:
            raise TooLarge("unpacking it takes too long")

    def _unpacked(self, source: Source, kind: Kind) -> Iterator[bytes]:
        make = _MAKERS.get(kind)
        one = make() if make else None
        ended = False
        for chunk in chunks(source, 0, source.size):
            self.taken += len(chunk)
            if self.taken > READ:
                raise TooLarge("it has more bytes than are read here")
            if one is None or make is None:
                yield chunk
                continue
            while chunk:
                if ended:
                    # Another stream may follow, or the zeros that tapes are filled with.
                    chunk = chunk.lstrip(b"\x00")
                    if not chunk:
                        break
                    one, ended = make(), False
                # Streams that hold nothing give nothing, however many there are.
                self._hurry()
                yield from one.feed(chunk)
                chunk, ended = one.rest, one.eof
        if one is not None and not ended:
            raise Broken("it ends too early")


class _Gzip:
    def __init__(self) -> None:
        self._one = zlib.decompressobj(wbits=31)

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._one.eof:
            piece = self._one.decompress(data, _PIECE)
            data = self._one.unconsumed_tail
            if piece:
                yield piece

    @property
    def eof(self) -> bool:
        return self._one.eof

    @property
    def rest(self) -> bytes:
        return self._one.unused_data


class _Other:
    """bzip2 and xz, which have the same interface."""

    def __init__(self, one: Any) -> None:
        self._one = one

    def feed(self, data: bytes) -> Iterator[bytes]:
        while not self._one.eof:
            piece = self._one.decompress(data, _PIECE)
            data = b""
            if piece:
                yield piece
            elif self._one.needs_input:
                break

    @property
    def eof(self) -> bool:
        return bool(self._one.eof)

    @property
    def rest(self) -> bytes:
        return bytes(self._one.unused_data)


_MAKERS: dict[Kind, Callable[[], "_Gzip | _Other"]] = {
    Kind.GZIP: _Gzip,
    Kind.BZIP2: lambda: _Other(bz2.BZ2Decompressor()),
    Kind.XZ: lambda: _Other(lzma.LZMADecompressor(memlimit=_XZ_MEMORY)),
}

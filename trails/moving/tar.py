"""A tar that is written as a stream, and read only if it is one that we write. Pure.

Tar, because what is not known before the first byte may come last: nobody knows how many rows an
export will have, and a zip would keep a directory of all of them in memory. Members are plain files
in the POSIX `ustar` layout, with one owner, mode and time, so that a header follows from a name and
a size. Sizes from 8 GiB on are written to the base 256, as GNU tar, bsdtar and Python read them.

Threat. Two readers of a lenient format see two different things: links, devices, absolute names, a
second header for one file, bytes behind the end. So the reader takes name and size out of a header
and demands that the header is the one that the writer makes of them, byte for byte.
"""

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple, Protocol

from evidence.errors import EvidenceError

BLOCK = 512
CHUNK = 1 << 20
END = b"\0" * (2 * BLOCK)

_HEADER = struct.Struct("100s8s8s8s12s12s8s1s100s6s2s32s32s8s8s155s12x")
_NAME_LIMIT, _PREFIX_LIMIT = 100, 155
_OCTAL_LIMIT = 1 << 33
_TIME = 315_532_800  # 1980-01-01: a moment that no unpacking tool wonders about
_SIZE_LIMIT = 1 << 62


class BadTar(EvidenceError):
    """The file is not a tar that we write."""


class Out(Protocol):
    """What a tar is written to."""

    def write(self, data: bytes, /) -> object: ...


class Entry(NamedTuple):
    """A member of a tar: its name, where its contents begin, and how many bytes they have."""

    name: str
    start: int
    size: int


def header(name: str, size: int) -> bytes:
    """Return the header of a file. ValueError for a name or a size that it cannot hold."""
    raw = name.encode("ascii")
    prefix = b""
    if len(raw) > _NAME_LIMIT:
        cut = raw.find(b"/", len(raw) - _NAME_LIMIT - 1)
        prefix, raw = (raw[:cut], raw[cut + 1 :]) if cut > 0 else (raw, b"")
    if not 0 < len(raw) <= _NAME_LIMIT or len(prefix) > _PREFIX_LIMIT or b"\0" in raw + prefix:
        raise ValueError(f"{name!r} cannot be the name of a file in a tar.")
    if not 0 <= size < _SIZE_LIMIT:
        raise ValueError(f"{name!r} has an impossible size, {size}.")
    said = b"%011o\0" % size if size < _OCTAL_LIMIT else b"\x80" + size.to_bytes(11, "big")
    fields = [raw, b"0000600\0", b"0000000\0", b"0000000\0", said, b"%011o\0" % _TIME]
    fields += [b" " * 8, b"0", b"", b"ustar\0", b"00", b"", b"", b"0000000\0", b"0000000\0", prefix]
    block = _HEADER.pack(*fields)
    # The sum is taken with spaces in its own place.
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def padding(size: int) -> bytes:
    """Return the zeros that follow contents of so many bytes."""
    return b"\0" * (-size % BLOCK)


class Writer:
    """Writes a tar member by member, and counts what it has written."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self.written = 0

    def add(self, name: str, size: int, chunks: Iterable[bytes]) -> str:
        """Write a file, and return the SHA-256 of its contents. They must have `size` bytes."""
        self._write(header(name, size))
        digest, given = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            given += len(chunk)
            self._write(chunk)
        if given != size:
            raise BadTar(f"{name!r} gave {given} bytes where {size} were promised.")
        self._write(padding(size))
        return digest.hexdigest()

    def end(self) -> None:
        """Write the end of the tar."""
        self._write(END)

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self.written += len(data)


def entries(file: BinaryIO) -> Iterator[Entry]:
    """Yield every member of a tar in its order; the caller may read in between. Else `BadTar`."""
    total = file.seek(0, os.SEEK_END)
    position = 0
    while True:
        block = _read(file, position, BLOCK)
        if block == END[:BLOCK]:
            break
        entry = _entry(block, position)
        stop = entry.start + entry.size
        position = stop + len(padding(entry.size))
        if position > total:
            raise BadTar(f"The file ends within {entry.name!r}: it was cut off. Copy it again.")
        yield entry
        if _read(file, stop, position - stop) != padding(entry.size):
            raise BadTar(f"There is something between {entry.name!r} and what follows it.")
    if _read(file, position, len(END) + 1) != END:
        raise BadTar("The file does not end where the tar does: cut off, or with something behind.")


def contents(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Yield the bytes of a member in chunks. `BadTar` when the file became shorter meanwhile."""
    position, stop = entry.start, entry.start + entry.size
    while position < stop:
        chunk = _read(file, position, min(CHUNK, stop - position))
        if not chunk:
            raise BadTar(f"The file became shorter while {entry.name!r} was read.")
        position += len(chunk)
        yield chunk


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def _entry(block: bytes, position: int) -> Entry:
    if len(block) < BLOCK:
        raise BadTar("The file ends before the tar does: it was cut off. Copy it again.")
    fields = _HEADER.unpack(block)
    raw, said, prefix = (fields[index].rstrip(b"\0") for index in (0, 4, 15))
    try:
        name = (prefix + b"/" + raw if prefix else raw).decode("ascii")
        large = block[124] == 0x80
        size = int.from_bytes(block[125:136], "big") if large else int(said, 8)
        is_ours = header(name, size) == block
    except ValueError:
        is_ours = False
    if not is_ours:
        raise BadTar(f"Byte {position} does not begin a member as an export has them.")
    return Entry(name, position + BLOCK, size)

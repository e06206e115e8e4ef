"""A zip whose every byte is known before the first one is read.

Members are stored, not deflated, and their sizes and CRC-32 are known from the day they were
received. So the length is arithmetic, any range of bytes can be produced by itself, a broken
download resumes, and an archive of any size needs the memory of a few chunks. The same members
in the same order give the same bytes for ever: no clock, no locale, no compressor takes part.

This file knows nothing of bags or evidence, and it does not check what members contain: a
reader's CRC-32 and a bag's SHA-256 do. It does count: an archive is right or it stops.

Layout after PKWARE's APPNOTE 6.3: per member a local header (4.3.7) and its bytes, then the
central directory (4.3.12), then the end records (4.3.14 to 4.3.16). `Archive` holds the names of
all members; an archive that is too large for that is put together from the same headers elsewhere
(`evidence.package.recipe`).
"""

import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from itertools import accumulate
from struct import Struct
from typing import NamedTuple, Self

from evidence.errors import EvidenceError

CHUNK = 64 * 1024
"""Smaller pieces are gathered until they make this many bytes; larger ones pass as they are."""

Read = Callable[[int, int], Iterator[bytes]]
"""Gives the bytes [start, stop) of something, in chunks of any size."""

Through = Callable[[Iterator[tuple[Read, int, int]]], Iterator[Iterator[bytes]]]
"""Reads ranges in their order. It may ask for the next ones early, and so begin them in time."""

_LOCAL = Struct("<4s5H3I2H")
_CENTRAL = Struct("<4s6H3I5H2I")
_END64 = Struct("<4sQ2H2I4Q")
_LOCATOR = Struct("<4sIQI")
_END = Struct("<4s4H2IH")

_MAX16 = 0xFFFF
_MAX32 = 0xFFFFFFFF
_MADE_BY = 3 << 8 | 45  # Unix, so that readers look at the mode; the writer knows version 4.5.
_VERSION, _VERSION64 = 20, 45
_UTF8 = 1 << 11
_TIME, _DATE = 0, 1 << 5 | 1  # 1980-01-01 00:00:00, the first moment a zip can name.
_FILE_MODE, _DIRECTORY_MODE = 0o100644 << 16, 0o040755 << 16 | 0x10


class MemberChanged(EvidenceError):
    """A member gave another number of bytes than it had promised. `name` says which."""

    def __init__(self, name: str, promised: int, given: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} gave {given} bytes where {promised} were promised, so the archive stops "
            "here. Compare the stored file with its recorded size and digest."
        )


class _Member(NamedTuple):
    name: str
    size: int
    crc32: int
    read: Read | None


class Member(_Member):
    """One file or, with a name that ends in `/`, one directory of an archive.

    `read` is called late, perhaps more than once, never for an empty range, and whatever it
    returned is closed, if it can be, as soon as no more of it is wanted. A tuple, because an
    archive may have very many members, and all of them are made before its first byte.
    """

    __slots__ = ()

    def __new__(cls, name: str, size: int, crc32: int, read: Read | None) -> Self:
        if not (0 <= crc32 <= _MAX32 and 0 <= size < 1 << 63):
            raise ValueError(f"{name!r}: size {size} or CRC {crc32} is impossible.")
        if size and (read is None or name.endswith("/")):
            raise ValueError(f"{name!r} has {size} bytes and no way to read them.")
        return tuple.__new__(cls, (name, size, crc32, read))

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> "Member":
        """Gives a file whose bytes are at hand."""
        return cls(name, len(data), zlib.crc32(data), lambda start, stop: iter((data[start:stop],)))


class Archive:
    """The zip of `members`, in their order. Holds offsets, never contents.

    `members` and the `length` in bytes are there to be read, not to be set. Raises ValueError
    for names that a zip cannot hold or that occur twice.
    """

    __slots__ = ("_starts", "_through", "length", "members")

    def __init__(self, members: Iterable[Member], through: Through | None = None) -> None:
        self.members = tuple(members)
        self._through = through or _one_by_one
        names = [member.name for member in self.members]
        sizes = [len(name.encode()) for name in names]
        if len(set(names)) < len(names):
            [(twice, _)] = Counter(names).most_common(1)
            raise ValueError(f"More than one member is called {twice!r}: rename all but one.")
        if sizes and not 0 < min(sizes) <= max(sizes) <= _MAX16:
            raise ValueError("A member's name must have 1 to 65,535 bytes of UTF-8.")

        # The archive is a row of pieces: n members, n directory entries, one end. Everything
        # about a piece but its start is computed when it is read.
        local = [
            _LOCAL.size + size + member.size + (20 if member.size >= _MAX32 else 0)
            for size, member in zip(sizes, self.members, strict=True)
        ]
        starts = list(accumulate(local, initial=0))
        central = [_CENTRAL.size + size for size in sizes]
        if starts[-1] >= _MAX32:
            central = [
                size + _extra_size(member.size, start)
                for size, member, start in zip(central, self.members, starts, strict=False)
            ]
        self._starts = starts[:-1] + list(accumulate(central, initial=starts[-1]))
        self.length = self._starts[-1] + len(self._end())

    def read(self, start: int = 0, stop: int | None = None) -> Generator[bytes, None, None]:
        """Gives the bytes [start, stop) of the archive, gathered to chunks of at least `CHUNK`
        unless the end or a large piece is next.

        Closing the generator closes the member that is being read. Raises ValueError at once for
        a range outside the archive and MemberChanged, later, where a member breaks its promise.
        """
        stop = self.length if stop is None else stop
        if not 0 <= start <= stop <= self.length:
            raise ValueError(f"[{start}, {stop}) is not a range of {self.length} bytes.")
        return gather(self._pieces(start, stop))

    def frame(self) -> Iterator[tuple[int, bytes]]:
        """Gives everything around the contents, in order: where each piece begins, and its bytes.

        First the header of each member, behind which its contents follow, then the directory and
        the end. A verifier holds a file against these.
        """
        count = len(self.members)
        for start, member in zip(self._starts, self.members, strict=False):
            yield start, local_header(member)
        for index, member in enumerate(self.members):
            yield self._starts[count + index], central_header(member, self._starts[index])
        yield self._starts[-1], self._end()

    def _wanted(self, start: int, stop: int) -> Iterator[tuple[Read, int, int]]:
        """Gives what `_pieces` reads of members for a range, in the same order."""
        for index in range(bisect_right(self._starts, start) - 1, len(self.members)):
            member, at = self.members[index], self._starts[index]
            header = local_size(member) - member.size
            low = max(start - at - header, 0)
            high = min(stop - at - header, member.size)
            if stop <= at:
                return
            if low < high and member.read is not None:
                yield member.read, low, high

    def _pieces(self, start: int, stop: int) -> Generator[bytes, None, None]:
        streams = self._through(self._wanted(start, stop))
        try:
            yield from self._pieces_of(streams, start, stop)
        finally:
            close = getattr(streams, "close", None)
            if close is not None:
                close()

    def _pieces_of(
        self, streams: Iterator[Iterator[bytes]], start: int, stop: int
    ) -> Generator[bytes, None, None]:
        count = len(self.members)
        for index in range(bisect_right(self._starts, start) - 1, 2 * count + 1):
            # The range as this piece counts: from its own first byte.
            low, high = max(start - self._starts[index], 0), stop - self._starts[index]
            if high <= 0:
                return
            if index < count:
                member = self.members[index]
                header = local_header(member)
                yield header[low:high]
                low, high = max(low - len(header), 0), min(high - len(header), member.size)
                if low < high and member.read is not None:
                    yield from contents(member.name, lambda *_: next(streams), low, high)
            elif index < 2 * count:
                member = self.members[index - count]
                yield central_header(member, self._starts[index - count])[low:high]
            else:
                yield self._end()[low:high]

    def _end(self) -> bytes:
        count, end = len(self.members), self._starts[-1]
        directory = self._starts[count]
        return end_records(count, directory, end - directory)


def _one_by_one(wanted: Iterator[tuple[Read, int, int]]) -> Iterator[Iterator[bytes]]:
    for read, start, stop in wanted:
        yield read(start, stop)


def contents(name: str, read: Read, start: int, stop: int) -> Generator[bytes, None, None]:
    """Gives [start, stop) of a member, and not one byte more or fewer without an error."""
    chunks = read(start, stop)
    wanted = stop - start
    given = 0
    try:
        for chunk in chunks:
            given += len(chunk)
            if given > wanted:
                raise MemberChanged(name, wanted, f"at least {given}")
            yield chunk
    finally:
        # Chunks may come from an open file, and the one who stops reading half-way knows only of
        # the archive.
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if given < wanted:
        raise MemberChanged(name, wanted, f"only {given}")


def gather(pieces: Generator[bytes, None, None]) -> Generator[bytes, None, None]:
    """Joins small pieces to chunks, so that ten thousand small files are not as many writes."""
    small: list[bytes] = []
    held = 0
    with closing(pieces):
        for piece in pieces:
            if len(piece) < CHUNK:
                small.append(piece)
                held += len(piece)
                if held < CHUNK:
                    continue
            if held:
                yield b"".join(small)
                small.clear()
                held = 0
            if len(piece) >= CHUNK:
                yield piece
    if held:
        yield b"".join(small)


def local_size(member: Member) -> int:
    """Return the bytes of a member in the archive: its header and its contents."""
    header = _LOCAL.size + len(member.name.encode())
    return header + member.size + (20 if member.size >= _MAX32 else 0)


def local_header(member: Member) -> bytes:
    """Return what stands before the contents of a member."""
    name = member.name.encode()
    large = member.size >= _MAX32
    size = _MAX32 if large else member.size
    extra = Struct("<2H2Q").pack(1, 16, member.size, member.size) if large else b""
    return (
        _LOCAL.pack(
            *(b"PK\x03\x04", _VERSION64 if large else _VERSION, _flags(member), 0, _TIME, _DATE),
            *(member.crc32, size, size, len(name), len(extra)),
        )
        + name
        + extra
    )


def central_header(member: Member, offset: int) -> bytes:
    """Return the entry of a member whose header begins at `offset`, for the central directory."""
    name = member.name.encode()
    # Only what does not fit above is repeated here, in this order (APPNOTE 4.5.3).
    wide = [member.size] * 2 * (member.size >= _MAX32) + [offset] * (offset >= _MAX32)
    extra = Struct(f"<2H{len(wide)}Q").pack(1, 8 * len(wide), *wide) if wide else b""
    size = min(member.size, _MAX32)
    mode = _DIRECTORY_MODE if member.name.endswith("/") else _FILE_MODE
    return (
        _CENTRAL.pack(
            *(b"PK\x01\x02", _MADE_BY, _VERSION64 if wide else _VERSION, _flags(member), 0),
            *(_TIME, _DATE, member.crc32, size, size, len(name), len(extra)),
            *(0, 0, 0, mode, min(offset, _MAX32)),
        )
        + name
        + extra
    )


def end_records(count: int, directory: int, size: int) -> bytes:
    """Return what ends an archive: of `count` members, and a directory of `size` bytes.

    The directory begins at the byte `directory`.
    """
    records = b""
    if count >= _MAX16 or max(size, directory) >= _MAX32:
        records = _END64.pack(
            *(b"PK\x06\x06", _END64.size - 12, _MADE_BY, _VERSION64, 0, 0),
            *(count, count, size, directory),
        ) + _LOCATOR.pack(b"PK\x06\x07", 0, directory + size, 1)
    few = min(count, _MAX16)
    return records + _END.pack(
        *(b"PK\x05\x06", 0, 0, few, few, min(size, _MAX32), min(directory, _MAX32), 0)
    )


def _extra_size(size: int, offset: int) -> int:
    words = 2 * (size >= _MAX32) + (offset >= _MAX32)
    return 4 + 8 * words if words else 0


def _flags(member: Member) -> int:
    return 0 if member.name.isascii() else _UTF8

"""Reads the zip of a trail's package, which may have millions of members, in constant memory. Pure.

As strict as `evidence.package.unzip`, and with the same parts: names, sizes and CRC-32 are taken
from the directory, and every byte around the contents must be what the writer makes of them. Here
the directory is not held: it is read a piece at a time beside the members, which come in its order.
That no name is there twice is for the caller to see, who knows which names stand together.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from evidence.package import unzip
from evidence.package.unzip import BUFFER, Entry, Progress, differs
from evidence.package.zip import (
    Member,
    central_header,
    end_records,
    local_header,
    local_size,
)

_MEMBERS_LIMIT = 50_000_000
_DIRECTORY_LIMIT = 16 << 30
_AT_ONCE = 1000  # members whose entries in the directory are read in one go


class Place(NamedTuple):
    """Where a member is: its entry in the zip's directory, and its header."""

    entry: int
    header: int


class Walk:
    """The members of a zip of `size` bytes, in order. `BadZip` where a byte is not the writer's.

    `root` is the one directory in which all members are.
    """

    def __init__(self, file: BinaryIO, size: int, progress: Progress | None = None) -> None:
        self._file, self._size, self._progress = file, size, progress
        self._buffer = memoryview(bytearray(BUFFER))
        self.count, self._start, self._stop = unzip.find_directory(
            file, size, members=_MEMBERS_LIMIT, length=_DIRECTORY_LIMIT
        )
        first = next(self._listed(Place(self._start, 0), 1), None)
        if first is None:
            raise differs("the central directory", "it is empty")
        self.root = first[1].name.partition("/")[0]

    def whole(self) -> Iterator[tuple[Place, Entry]]:
        """Yield all members; only who has come to the end knows that the frame is right."""
        end = first = Place(self._start, 0)
        for place, entry, after in self._members(first, self.count, self._progress):
            yield place, entry
            end = after
        if end != (self._stop, self._start):
            raise differs("the central directory", "its entries do not end where it does")
        records = end_records(self.count, self._start, self._stop - self._start)
        if self._stop + len(records) != self._size:
            raise differs("the end", "something stands there that we do not write")
        self._file.seek(self._stop)
        unzip.expect(self._file, self._stop, records, "the end")

    def again(self, place: Place, count: int) -> Iterator[Entry]:
        """Yield so many members from a place on, hashed anew."""
        for _, entry, _ in self._members(place, count, None):
            yield entry

    def names(self, count: int) -> list[str]:
        """Return the paths of the first so many members, before anything is checked."""
        listed = self._listed(Place(self._start, 0), min(count, self.count))
        return [member.name.partition("/")[2] for _, member in listed]

    def _members(
        self, first: Place, count: int, progress: Progress | None
    ) -> Iterator[tuple[Place, Entry, Place]]:
        """Yield members, each with its own place and that of the next one.

        The caller may read the file at other places meanwhile.
        """
        skip = len(self.root) + 1
        for place, member in self._listed(first, count):
            header = local_header(member)
            self._file.seek(place.header)
            unzip.expect(self._file, place.header, header, member.name)
            start = place.header + len(header)
            digest, crc32 = unzip.hashed(
                self._file, member, start, self._size, self._buffer, progress
            )
            entry = Entry(member.name[skip:], start, member.size, digest, crc32 == member.crc32)
            yield place, entry, _after(place, member)

    def _listed(self, place: Place, count: int) -> Iterator[tuple[Place, Member]]:
        """Yield what the directory lists from a place on, and hold its bytes to the writer's."""
        while count:
            self._file.seek(place.entry)
            members = [unzip.central(self._file, self._stop) for _ in range(min(count, _AT_ONCE))]
            stop = self._file.tell()
            places = []
            wanted = []
            for member in members:
                self._check_name(member.name)
                places.append(place)
                wanted.append(central_header(member, place.header))
                place = _after(place, member)
            self._file.seek(places[0].entry)
            unzip.expect(self._file, places[0].entry, b"".join(wanted), "the central directory")
            if self._file.tell() != stop:
                raise differs("the central directory", "an entry is longer than we write it")
            count -= len(members)
            yield from zip(places, members, strict=True)

    def _check_name(self, name: str) -> None:
        unzip.check_name(name)
        root = getattr(self, "root", None)
        if root is not None and (not name.startswith(f"{root}/") or name == f"{root}/"):
            raise unzip.BadZip(
                "name-unsafe", name, f"This member is not inside of the one directory, {root}."
            )


def _after(place: Place, member: Member) -> Place:
    """Return where the member behind this one is."""
    entry = place.entry + len(central_header(member, place.header))
    return Place(entry, place.header + local_size(member))

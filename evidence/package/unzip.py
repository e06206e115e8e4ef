"""Reads a package's zip, and accepts nothing but what `evidence.package.zip` writes. Pure.

Threat. Two readers of one zip can see two different packages: through a second directory, a local
header that differs from the central one, a prefix, a gap, a comment, a name in two spellings. So
this is no tolerant reader. It takes names, sizes and CRC-32 from the directory, lets the writer
make the frame that belongs to them, and demands that every byte around the contents is the same.

Numbers in a hostile file are believed only once they fit the file's true size, and nothing is
allocated by them. What comes out holds about 400 bytes for each member, and no contents.
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from evidence.errors import EvidenceError
from evidence.package.zip import Archive, Member

DIRECTORY_LIMIT = 256 << 20
"""Bytes of a central directory."""
MEMBERS_LIMIT = 500_000
NAME_LIMIT = 1000
"""Bytes of a member's name: three components, none above 255. To fold a name takes its square."""
BUFFER = 1 << 20

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many have been read."""

_CENTRAL = struct.Struct("<4s12xI4xI3H12x")  # signature, CRC-32, size, three lengths
_END = struct.Struct("<4s6xH2I2x")  # signature, count, size and offset of the directory
_END64 = struct.Struct("<4s28x3Q")  # signature, count, size and offset of the directory
_LOCATOR_SIZE = 20
_MAX16, _MAX32 = 0xFFFF, 0xFFFFFFFF

_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\U0010ffff<>:\"|?*%\\]+")
_NEVER_WRITTEN = frozenset('<>:"|?*%\\')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class BadZip(EvidenceError):
    """The file is not a zip that we write. `code` is that of the finding, `about` names the place.

    Not to be mended: a package that was only cut off can be downloaded again.
    """

    def __init__(self, code: str, about: str, reason: str) -> None:
        self.code, self.about, self.reason = code, about, reason
        super().__init__(reason)


class Entry(NamedTuple):
    """A member as it was found: its path below the root, where its contents are, their SHA-256.

    A directory's path ends in a slash. `crc_fits` tells whether the CRC-32 was the promised one.
    """

    path: str
    start: int
    size: int
    sha256: bytes
    crc_fits: bool


def directory(file: BinaryIO, size: int) -> Archive:
    """Return the archive that the directory of a file of `size` bytes describes, else `BadZip`.

    Its members have no contents: it is there for its frame.
    """
    count, start, stop = find_directory(file, size)
    file.seek(start)
    members = []
    taken: set[str] = set()
    for _ in range(count):
        member = central(file, stop)
        check_name(member.name)
        folded = unicodedata.normalize("NFC", member.name.rstrip("/").casefold())
        if folded in taken:
            raise BadZip(
                "name-twice",
                member.name,
                "Two members have names that some system takes for one, so two people who unpack "
                "this can see two different files.",
            )
        taken.add(folded)
        members.append(member)
    if file.tell() != stop:
        raise differs("the central directory", "it holds more than its entries")
    try:
        archive = Archive(members)
    except ValueError as error:
        raise differs("the central directory", str(error).rstrip(".")) from error
    if archive.length != size:
        raise differs(
            "the whole file",
            f"these members make {archive.length} bytes, and the file has {size}: something is "
            "cut off, put in, or packed in another way",
        )
    return archive


def root_of(archive: Archive) -> str:
    """Return the one directory in which all members are, else `BadZip`."""
    if not archive.members:
        raise differs("the central directory", "it is empty")
    root = archive.members[0].name.partition("/")[0]
    for member in archive.members:
        if not member.name.startswith(f"{root}/") or member.name == f"{root}/":
            raise BadZip(
                "name-unsafe",
                member.name,
                f"This member is not inside of the package's one directory, {root}.",
            )
    return root


def read(file: BinaryIO, archive: Archive, progress: Progress | None = None) -> Iterator[Entry]:
    """Yield every member of the archive in order, in one pass over the file and constant memory.

    CRC-32 and SHA-256 are taken of the same bytes at once. `BadZip` as soon as a byte around the
    contents is not the writer's; so only who has come to the end knows that the frame is right.
    """
    skip = len(root_of(archive)) + 1
    frame = archive.frame()
    buffer = memoryview(bytearray(BUFFER))
    file.seek(0)
    for member in archive.members:
        start, header = next(frame)
        expect(file, start, header, member.name)
        start += len(header)
        digest, crc32 = hashed(file, member, start, archive.length, buffer, progress)
        yield Entry(member.name[skip:], start, member.size, digest, crc32 == member.crc32)
    for start, header in frame:
        expect(file, start, header, "the central directory")
    if progress:
        progress(archive.length, archive.length)


def hashed(
    file: BinaryIO,
    member: Member,
    start: int,
    length: int,
    buffer: memoryview,
    progress: Progress | None,
) -> tuple[bytes, int]:
    """Return SHA-256 and CRC-32 of a member's contents, which are next in a file of `length`."""
    digest, crc32, left = sha256(), 0, member.size
    while left:
        got = file.readinto(buffer[: min(left, BUFFER)])  # type: ignore[attr-defined]
        if not got:
            raise differs(member.name, "the file became shorter while it was read")
        piece = buffer[:got]
        digest.update(piece)
        crc32 = zlib.crc32(piece, crc32)
        left -= got
        if progress:
            progress(start + member.size - left, length)
    return digest.digest(), crc32


def find_directory(
    file: BinaryIO, size: int, *, members: int = MEMBERS_LIMIT, length: int = DIRECTORY_LIMIT
) -> tuple[int, int, int]:
    """Return the count of entries, and where the directory begins and ends.

    `members` and `length` are the most entries and bytes of a directory that the caller can read.
    """
    stop = size - _END.size
    file.seek(0)
    first = file.read(4)
    end = _read_at(file, stop, _END.size)
    if end[:4] != b"PK\x05\x06":
        if first != b"PK\x03\x04":
            raise BadZip("not-a-zip", "the whole file", "This is not a zip file.")
        raise differs(
            "the end", "the zip does not end where the file does: cut off, or with something behind"
        )
    _, count, bytes_, start = _END.unpack(end)
    if count == _MAX16 or _MAX32 in (bytes_, start):
        stop -= _LOCATOR_SIZE + _END64.size
        end64 = _read_at(file, stop, _END64.size)
        if end64[:4] != b"PK\x06\x06":
            raise differs("the end", "the large numbers of ZIP64 are missing")
        _, count, bytes_, start = _END64.unpack(end64)
    if start + bytes_ != stop:
        raise differs("the end", "the directory is not right before it")
    if bytes_ > length or count > members:
        raise BadZip(
            "zip-layout",
            "the end",
            f"The zip has {count} members and a directory of {bytes_} bytes; this verifier reads "
            f"at most {members} members and {length} bytes.",
        )
    return count, start, stop


def _read_at(file: BinaryIO, start: int, size: int) -> bytes:
    if start < 0:
        return b""
    file.seek(start)
    return file.read(size)


def central(file: BinaryIO, stop: int) -> Member:
    """Return the member of the next entry of the directory, which ends at `stop`."""
    place = "the central directory"
    if file.tell() + _CENTRAL.size > stop:
        raise differs(place, "it has fewer entries than it counts")
    signature, crc32, size, name_size, extra_size, comment_size = _CENTRAL.unpack(
        file.read(_CENTRAL.size)
    )
    if signature != b"PK\x01\x02" or comment_size:
        raise differs(place, "one of its entries is none, or has a comment")
    if name_size > NAME_LIMIT:
        raise differs(place, f"a name in it has {name_size} bytes, and ours {NAME_LIMIT} at most")
    raw, extra = file.read(name_size), file.read(extra_size)
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadZip("name-unsafe", repr(raw), "The name of a member is not UTF-8.") from error
    if size == _MAX32 and len(extra) >= 12:
        size = int.from_bytes(extra[4:12], "little")  # of ZIP64; `expect` holds the rest to it
    try:
        return Member(name, size, crc32, None if not size else _no_contents)
    except ValueError as error:
        raise differs(name, str(error).rstrip(".")) from error


def _no_contents(start: int, stop: int) -> Iterator[bytes]:
    raise NotImplementedError("Contents are read from the file, not from the archive.")


def check_name(name: str) -> None:
    """Return if unpacking the member writes below one directory, and shows the name as it is."""
    components = name.removesuffix("/").split("/")
    for component in components:
        if component not in ("", ".", "..") and (
            _PLAIN.fullmatch(component) or not any(map(_is_unsafe, component))
        ):
            continue
        raise BadZip(
            "name-unsafe",
            name,
            "A member's name is absolute, climbs out of its directory, or holds a character that "
            "is invisible or that some system gives a meaning. We write no such name.",
        )


def _is_unsafe(character: str) -> bool:
    return character in _NEVER_WRITTEN or unicodedata.category(character) in _INVISIBLE


def expect(file: BinaryIO, start: int, wanted: bytes, about: str) -> None:
    """Return if the next bytes of the file, which begin at `start`, are the writer's."""
    found = file.read(len(wanted))
    if found != wanted:
        same = sum(1 for _ in _common(found, wanted))
        raise differs(about, f"byte {start + same} is not what we write for these members")


def _common(one: bytes, other: bytes) -> Iterator[int]:
    for a, b in zip(one, other, strict=False):
        if a != b:
            return
        yield a


def differs(about: str, what: str) -> BadZip:
    """Return the error that a zip is not as we write it, at the place `about`."""
    return BadZip(
        "zip-layout",
        about,
        f"The zip is not laid out as Trailkeeper writes it: {what}. Download the package again; if "
        "it stays so, somebody has packed it anew.",
    )

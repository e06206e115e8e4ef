"""Lists the members of a zip from its directory, and unpacks one of them. Pure (APPNOTE 6.3).

Threat. A directory may name millions of members, members that share their bytes, sizes that are
not true, and unpack without end. The directory is read only as far as members are listed, sizes
are told as claims, and unpacking stops at its bound whatever the directory says.
"""

import struct
import time
import zlib
from collections.abc import Iterator
from itertools import pairwise

from trails.preview.members import (
    MEMBER,
    MEMBERS,
    Listing,
    Member,
    NoMember,
    Taken,
    What,
    moment,
)
from trails.preview.source import Source, chunks

_ENDING = 22 + (1 << 16)  # the end record and the longest comment
_DIRECTORY = 4 << 20  # bytes of the directory that are read
_STORED, _DEFLATED = 0, 8
_LOCAL = 30  # bytes of the record before a member, without its name
_RATIO = 1000  # deflate gives 1032 at most
SECONDS = 6.0  # for one member
_WIDE = 0xFFFFFFFF


class NotAZip(ValueError):
    """There is no directory where one should be."""


def listing(source: Source) -> Listing:
    """Return the first members. `NotAZip` if there is no directory."""
    start, size, total = _directory(source)
    data = source.read(start, start + min(size, _DIRECTORY))
    found = Listing(total=total)
    found.members = list(_members(data))
    found.is_whole = len(found.members) >= total
    unpacked = sum(member.size for member in found.members)
    if _overlap(found.members):
        found.bomb = "overlap"
    elif unpacked > _RATIO // 2 * max(source.size, 1) and unpacked > 1 << 30:
        found.bomb = "ratio"
    elif len(found.members) < MEMBERS and not found.is_whole:
        found.trouble = "its directory is damaged"
    return found


def take(source: Source, index: int) -> Taken:
    """Return the bytes of a member, as many as are read. `NoMember` says why there are none."""
    member = next((m for m in listing(source).members if m.index == index), None)
    if member is None:
        raise NoMember("there is no such member among those that are listed")
    if not member.is_readable or member.method not in (_STORED, _DEFLATED):
        raise NoMember("it is encrypted, no file, or packed in a way that is not read here")
    # An offset has 64 bits, which is more than files can be asked for.
    is_inside = member.offset < source.size
    head = source.read(member.offset, member.offset + 30) if is_inside else b""
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        raise NoMember("the archive has no member where its directory says")
    name, extra = struct.unpack_from("<HH", head, 26)
    start = member.offset + 30 + name + extra
    packed = chunks(source, start, start + (member.packed or 0))
    out = bytearray()
    try:
        for piece in packed if member.method == _STORED else _inflated(packed):
            out += piece
            if len(out) > MEMBER:
                break
    except TimeoutError:
        raise NoMember("unpacking it takes too long") from None
    except zlib.error as error:
        raise NoMember(f"it is damaged: {error}") from error
    return Taken(member, bytes(out[:MEMBER]), len(out) <= MEMBER)


def _overlap(members: list[Member]) -> bool:
    """Tell whether members share bytes, which no program that packs files does."""
    places = sorted((member.offset, member.packed or 0) for member in members)
    return any(there < here + _LOCAL + packed for (here, packed), (there, _) in pairwise(places))


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what is unpacked. `TimeoutError` where that takes long: bytes may stand for nothing."""
    one = zlib.decompressobj(wbits=-15)
    deadline = time.monotonic() + SECONDS
    for chunk in packed:
        while chunk and not one.eof:
            yield one.decompress(chunk, 1 << 18)
            chunk = one.unconsumed_tail
        if one.eof:
            return
        if time.monotonic() > deadline:
            raise TimeoutError


def _directory(source: Source) -> tuple[int, int, int]:
    """Return where the directory begins, its size, and how many members it says it has."""
    base = max(0, source.size - _ENDING)
    tail = source.read(base, source.size)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise NotAZip("no end record")
    total, size, start = struct.unpack_from("<HII", tail, at + 10)
    locator = base + at - 20
    if (_WIDE in (size, start) or total == 0xFFFF) and locator >= 0:
        head = source.read(locator, locator + 20)
        if head[:4] == b"PK\x06\x07":
            [wide] = struct.unpack_from("<Q", head, 8)
            record = source.read(wide, wide + 56) if wide < source.size else b""
            if len(record) == 56 and record[:4] == b"PK\x06\x06":
                total, size, start = struct.unpack_from("<QQQ", record, 32)
    if start + size > source.size:
        raise NotAZip("its directory lies outside of the file")
    return start, size, total


def _members(data: bytes) -> Iterator[Member]:
    at = 0
    for index in range(MEMBERS):
        if len(data) - at < 46 or data[at : at + 4] != b"PK\x01\x02":
            return
        made, _, flags, method, time, date, _, packed, size, name, extra, comment = (
            struct.unpack_from("<HHHHHHIIIHHH", data, at + 4)
        )
        attributes, offset = struct.unpack_from("<II", data, at + 38)
        raw = data[at + 46 : at + 46 + name]
        size, packed, offset = _wide(
            data[at + 46 + name : at + 46 + name + extra], size, packed, offset
        )
        text = raw.decode("utf-8" if flags & 0x800 else "cp437", errors="replace")
        unix = attributes >> 28 if made >> 8 == 3 else 0
        folder = text.endswith("/")
        yield Member(
            index=index,
            name=text,
            what=What.FOLDER if folder else What.LINK if unix == 0xA else What.FILE,
            size=size,
            packed=packed,
            time=moment(
                1980 + (date >> 9), date >> 5 & 15, date & 31,
                time >> 11, time >> 5 & 63, min((time & 31) * 2, 59),
            ),
            is_encrypted=bool(flags & 1),
            offset=offset,
            method=method,
        )  # fmt: skip
        at += 46 + name + extra + comment


def _wide(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return the numbers of a member with those that need 64 bits (§4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            body = extra[at + 4 : at + 4 + length]
            values = iter(struct.unpack_from(f"<{len(body) // 8}Q", body))
            size = next(values, size) if size == _WIDE else size
            packed = next(values, packed) if packed == _WIDE else packed
            offset = next(values, offset) if offset == _WIDE else offset
        at += 4 + length
    return size, packed, offset

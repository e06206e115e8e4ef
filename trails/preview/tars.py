"""Lists the members of a tar, packed or not, and takes one of them out. Pure (POSIX pax, GNU).

Threat. A tar has no directory, so it must be unpacked to be listed, and a name or a number in it
may be of any size. Headers that carry names are read up to a bound, one after the other and never
by recursion; links and devices are named and never made.
"""

import datetime
from collections.abc import Iterator
from dataclasses import replace

from trails.preview.kinds import Kind
from trails.preview.members import (
    MEMBER,
    MEMBERS,
    Listing,
    Member,
    NoMember,
    Taken,
    What,
)
from trails.preview.source import Source
from trails.preview.unpacking import RATIO, Broken, Stream, TooLarge

_BLOCK = 512
_EVERYTHING = 1 << 62
_WORDS = 1 << 16  # bytes of a header that carries names
_LARGE = 64 << 20  # bytes; less is no bomb, whatever the ratio
_WHAT = {
    b"0": What.FILE, b"\x00": What.FILE, b"7": What.FILE, b"1": What.HARD_LINK, b"2": What.LINK,
    b"3": What.DEVICE, b"4": What.DEVICE, b"5": What.FOLDER, b"6": What.PIPE,
}  # fmt: skip


class NotATar(ValueError):
    """What is packed is no tar; for a single packed file."""


def listing(source: Source, kind: Kind) -> Listing:
    """Return the first members. `NotATar` if there is something else in it."""
    found = Listing()
    stream = Stream(source, kind)
    try:
        for member in _members(stream):
            if len(found.members) == MEMBERS:
                found.is_whole = False
                break
            found.members.append(member)
            stream.skip(_padded(member.size))
        else:
            stream.skip(_EVERYTHING)  # what follows the last member may be damaged, or a bomb
    except (TooLarge, Broken) as error:
        found.is_whole = False
        found.trouble = str(error)
    found.bomb = _bomb(stream)
    return found


def take(source: Source, kind: Kind, index: int) -> Taken:
    """Return the bytes of a member, as many as are read. `NoMember` says why there are none."""
    stream = Stream(source, kind)
    try:
        for member in _members(stream):
            if member.index == index:
                if not member.is_readable:
                    raise NoMember("it is no file")
                data = stream.read(min(member.size, MEMBER))
                return Taken(member, data, len(data) == member.size)
            if member.index >= MEMBERS:
                break
            stream.skip(_padded(member.size))
    except (TooLarge, Broken) as error:
        raise NoMember(str(error)) from error
    raise NoMember("there is no such member among those that are listed")


def single(source: Source, kind: Kind) -> Taken:
    """Return the one file that gzip, bzip2 or xz has packed, as much of it as is read."""
    stream = Stream(source, kind)
    try:
        data = stream.read(MEMBER + 1)
    except TooLarge as error:
        raise NoMember(str(error)) from error
    except Broken as error:
        raise NoMember(f"it is damaged: {error}") from error
    is_whole = len(data) <= MEMBER
    stem = source.name.rpartition(".")[0] or source.name
    member = Member(
        0, stem, What.FILE, min(len(data), MEMBER), packed=source.size, is_more=not is_whole
    )
    return Taken(member, data[:MEMBER], is_whole)


def single_listing(source: Source, kind: Kind) -> Listing:
    """Return a listing of the one file that was packed. `NoMember` if not even it begins well."""
    found = Listing([single(source, kind).member], total=1)
    stream = Stream(source, kind)
    try:
        stream.skip(_EVERYTHING)
    except (TooLarge, Broken) as error:
        found.trouble = str(error)
    found.bomb = _bomb(stream)
    return found


def _bomb(stream: Stream) -> str:
    """Return why what was unpacked is taken for a bomb; nothing if it is none."""
    return "ratio" if stream.ratio > RATIO and stream.given > _LARGE else ""


def _members(stream: Stream) -> Iterator[Member]:
    """Yield the members; the stream stands at the bytes of the one that was yielded."""
    index = 0
    names: dict[str, str] = {}
    while True:
        header = stream.read(_BLOCK)
        if len(header) < _BLOCK or not any(header):
            if index == 0 and not names and header:
                raise NotATar("it does not begin with a member")
            return
        if not _sums(header):
            if index == 0 and not names:
                raise NotATar("it does not begin with a member")
            raise Broken("a member's header is damaged")
        size, kind = _number(header[124:136]), header[156:157]
        if kind in b"LKxg" and kind:
            words = stream.read(min(size, _WORDS))
            stream.skip(_padded(size) - len(words))
            names |= _words(kind, words)
            continue
        yield _member(index, header, size, kind, names)
        index, names = index + 1, {}


def _member(index: int, header: bytes, size: int, kind: bytes, names: dict[str, str]) -> Member:
    name, prefix = _text(header[:100]), _text(header[345:500])
    if header[257:262] == b"ustar" and header[262:263] == b"\x00" and prefix:
        name = f"{prefix}/{name}"
    what = _WHAT.get(kind, What.OTHER)
    if what is What.FILE and name.endswith("/"):
        what = What.FOLDER
    said = names.get("size", "")
    found = Member(
        index=index,
        name=names.get("path", name),
        what=what,
        size=int(said) if said.isascii() and said.isdigit() and len(said) < 19 else size,
        time=_time(_number(header[136:148])),
        target=names.get("linkpath", _text(header[157:257])),
    )
    return found if what in (What.FILE, What.OTHER) else replace(found, size=0)


def _words(kind: bytes, data: bytes) -> dict[str, str]:
    """Return what an extended header says of the member after it."""
    if kind in b"LK":
        return {"path" if kind == b"L" else "linkpath": _text(data)}
    if kind == b"g":
        return {}
    found = {}
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 20)
        if blank < 0 or not data[at:blank].isdigit():
            break
        length = int(data[at:blank])
        key, _, value = data[blank + 1 : at + length - 1].partition(b"=")
        if length <= blank - at:
            break
        if key in (b"path", b"linkpath", b"size"):
            found[key.decode()] = value.decode(errors="replace")
        at += length
    return found


def _sums(header: bytes) -> bool:
    """Tell whether a header's checksum holds."""
    return _number(header[148:156]) == sum(header[:148]) + 256 + sum(header[156:512])


def _number(field: bytes) -> int:
    """Return a number in octal digits, or in GNU's base 256; 0 if it is neither."""
    if field[:1] == b"\x80":
        return min(int.from_bytes(field[1:], "big"), 1 << 62)
    digits = field.strip(b" \x00")
    return int(digits, 8) if digits and not digits.strip(b"01234567") else 0


def _text(field: bytes) -> str:
    return field.split(b"\x00", 1)[0].decode(errors="replace")


def _time(seconds: int) -> datetime.datetime | None:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC) if 0 < seconds < 1 << 37 else None


def _padded(size: int) -> int:
    return size + -size % _BLOCK

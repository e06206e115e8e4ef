"""What is said of the members of an archive, of whatever format. Pure."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

MEMBERS = 1000  # that are listed
MEMBER = 8 << 20  # bytes of one member that are read
NAME = 500  # characters of a name that are shown


class What(StrEnum):
    """What a member is. Links and devices are named, and never followed or made."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    HARD_LINK = "hard-link"
    DEVICE = "device"
    PIPE = "pipe"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Member:
    """One member as the archive describes it. Nothing of it is true until its bytes are read."""

    index: int
    name: str
    what: What
    size: int
    packed: int | None = None
    time: datetime.datetime | None = None  # without a zone in a zip, UTC in a tar
    target: str = ""  # of a link
    is_encrypted: bool = False
    offset: int = 0  # where its bytes are found
    method: int = 0
    is_more: bool = False  # it is larger than `size`; how much, only unpacking it would tell

    @property
    def leaves(self) -> bool:
        """Tell whether the name would lead out of the folder it is unpacked in."""
        parts = self.name.replace("\\", "/").split("/")
        return ".." in parts or self.name[:1] in ("/", "\\") or self.name[1:2] == ":"

    @property
    def is_readable(self) -> bool:
        """Tell whether its bytes can be shown."""
        return self.what is What.FILE and not self.is_encrypted


@dataclass(slots=True)
class Listing:
    """The first members of an archive, and what was noticed on the way."""

    members: list[Member] = field(default_factory=list)
    total: int | None = None  # members that it says it has; None when only reading on would tell
    is_whole: bool = True
    bomb: str = ""  # why it is taken for one
    trouble: str = ""  # why it could not be read to its end


@dataclass(frozen=True, slots=True)
class Taken:
    """The bytes of a member, and whether they are all of it."""

    member: Member
    data: bytes
    is_whole: bool


class NoMember(LookupError):
    """There is no such member, or its bytes cannot be shown. Says why."""


def moment(*parts: int) -> datetime.datetime | None:
    """Return a time; None where an archive says one that is not in the calendar."""
    try:
        return datetime.datetime(*parts)  # type: ignore[arg-type]
    except ValueError:
        return None


def sizes(members: Iterable[Member]) -> int:
    """Return how large the members say that they are together."""
    return sum(member.size for member in members)

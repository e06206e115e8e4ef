"""What the query of a preview asks for, and the file or member of an archive that it is about."""

import hashlib
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from trails.errors import NotFound
from trails.preview import archives
from trails.preview.kinds import ARCHIVES, HEAD, TAIL, Recognised, recognise
from trails.preview.members import Member, NoMember
from trails.preview.source import Held, Source
from trails.web.paging import number_in

WORDS = 200  # characters to be searched for


@dataclass(frozen=True, slots=True)
class Asked:
    """The query: `as`, `at` (a byte), `q`, `line`, `page`, `member`."""

    view: str = ""
    at: int | None = None
    words: str = ""
    line: int | None = None
    page: int = 1
    member: int | None = None

    def link(self, **changes: object) -> str:
        """Return the query that asks for the same with some changes."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        said = {
            "member": other.member,
            "as": other.view or None,
            "at": other.at,
            "q": other.words or None,
            "page": other.page if other.page > 1 else None,
        }
        return "?" + urlencode({key: value for key, value in said.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at: a whole file, or the bytes of a member that were taken out of it."""

    source: Source
    what: Recognised
    member: Member | None = None
    is_whole: bool = True
    sha256: str = ""  # of a member that was taken out whole


def asked(query: QueryDict) -> Asked:
    """Return what a query asks for. `Invalid` where a number is none."""
    return Asked(
        view=query.get("as", ""),
        at=number_in(query, "at"),
        words=query.get("q", "").replace("\x00", "")[:WORDS].strip(),
        line=number_in(query, "line"),
        page=max(number_in(query, "page") or 1, 1),
        member=number_in(query, "member"),
    )


def inside(source: Source, wish: Asked) -> Looked:
    """Return the file, or the member of it that was asked for. `NotFound` if there is none."""
    what = recognised(source)
    if wish.member is None:
        return Looked(source, what)
    if what.kind not in ARCHIVES:
        raise NotFound(f"{source.name} is no archive, so it has no members. Look at it whole.")
    try:
        taken = archives.take(source, what.kind, wish.member)
    except NoMember as error:
        raise NotFound(f"Member {wish.member} of {source.name} is not shown: {error}.") from error
    # The last part of the name is what says of which kind it claims to be.
    held = Held(taken.member.name, taken.data)
    digest = hashlib.sha256(taken.data).hexdigest() if taken.is_whole else ""
    return Looked(held, recognised(held), taken.member, taken.is_whole, digest)


def recognised(source: Source) -> Recognised:
    """Return what a source holds, from its beginning and its end."""
    head = source.read(0, min(HEAD, source.size))
    tail = source.read(max(0, source.size - TAIL), source.size)
    return recognise(source.name, source.size, head, tail)

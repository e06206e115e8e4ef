"""One door to archives of every format: their members, and the bytes of one of them. Pure."""

from trails.preview import tars, zips
from trails.preview.kinds import Kind
from trails.preview.members import Listing, NoMember, Taken
from trails.preview.source import Source


class NotAnArchive(ValueError):
    """The bytes begin as an archive does and are none. Says why."""


def listing(source: Source, kind: Kind) -> Listing:
    """Return the first members of an archive; a packed single file is an archive of one."""
    try:
        if kind is Kind.ZIP:
            return zips.listing(source)
        return tars.listing(source, kind)
    except zips.NotAZip as error:
        raise NotAnArchive(str(error)) from error
    except tars.NotATar as error:
        if kind is Kind.TAR:
            raise NotAnArchive(str(error)) from error
    try:
        return tars.single_listing(source, kind)
    except NoMember as error:
        raise NotAnArchive(str(error)) from error


def take(source: Source, kind: Kind, index: int) -> Taken:
    """Return the bytes of the member with this index. `NoMember` says why there are none."""
    if kind is Kind.ZIP:
        return zips.take(source, index)
    try:
        return tars.take(source, kind, index)
    except tars.NotATar:
        return tars.single(source, kind)

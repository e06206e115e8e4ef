"""Archives that are made to exhaust are listed within their bounds, and told for what they are."""

import resource
import tarfile
import time
from collections.abc import Iterator

import pytest

from tests.trails.preview import bombs
from trails.preview import archives, unpacking
from trails.preview.kinds import Kind
from trails.preview.members import MEMBER, MEMBERS, NoMember
from trails.preview.source import Held


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Each of them takes seconds, and much less memory than what it claims to hold."""
    began = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.monotonic() - began < 25
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


def test_gigabytes_of_zeros_are_not_unpacked() -> None:
    source = Held("zeros.gz", bombs.zeros(400))
    listing = archives.listing(source, Kind.GZIP)
    [member] = listing.members
    assert (member.size, member.is_more, listing.bomb) == (MEMBER, True, "ratio")
    taken = archives.take(source, Kind.GZIP, 0)
    assert (len(taken.data), taken.is_whole) == (MEMBER, False)


def test_a_tar_of_zeros_is_told() -> None:
    source = Held("zeros.tgz", bombs.tar_of_zeros(400))
    listing = archives.listing(source, Kind.GZIP)
    assert [member.size for member in listing.members] == [400 << 20]
    assert (listing.bomb, listing.is_whole) == ("ratio", False)
    taken = archives.take(source, Kind.GZIP, 0)
    assert (len(taken.data), taken.is_whole) == (MEMBER, False)


def test_members_that_share_their_bytes_are_told() -> None:
    source = Held("42.zip", bombs.overlapping(60_000))
    listing = archives.listing(source, Kind.ZIP)
    assert (len(listing.members), listing.total, listing.is_whole) == (MEMBERS, 60_000, False)
    assert listing.bomb == "overlap"


def test_a_member_that_lies_about_its_size_stops_at_the_bound() -> None:
    source = Held("liar.zip", bombs.liar())
    [member] = archives.listing(source, Kind.ZIP).members
    assert member.size == 1
    taken = archives.take(source, Kind.ZIP, 0)
    assert (len(taken.data), taken.is_whole) == (MEMBER, False)


def test_unpacking_stops_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SECONDS", -1.0)
    listing = archives.listing(Held("a.tgz", bombs.tar_of({"a": b"b"})), Kind.GZIP)
    assert listing.trouble and not listing.is_whole
    with pytest.raises(NoMember):
        archives.take(Held("a.tgz", bombs.tar_of({"a": b"b"})), Kind.GZIP, 0)


def test_a_header_that_claims_a_name_of_gigabytes_takes_no_memory() -> None:
    long = tarfile.TarInfo("././@LongLink")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 8 << 30
    listing = archives.listing(Held("a.tar", long.tobuf() + bytes(4096)), Kind.TAR)
    assert listing.members == []

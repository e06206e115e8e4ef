"""Archives of every format list their members as they are, and give the bytes of one of them."""

import datetime
import gzip
import io
import tarfile
import zipfile

import pytest

from tests.trails.preview.bombs import tar_of, zip_of
from trails.preview import archives
from trails.preview.archives import NotAnArchive
from trails.preview.kinds import Kind, recognise
from trails.preview.members import Listing, NoMember, What
from trails.preview.source import Held

FILES = {"run/notes.txt": b"hello\n", "run/" + "x" * 150 + "/deep.log": b"d" * 70_000}


def opened(name: str, data: bytes) -> tuple[Held, Kind, Listing]:
    source = Held(name, data)
    kind = recognise(name, len(data), data[:65536], data[-65536:]).kind
    return source, kind, archives.listing(source, kind)


PACKED = {
    "a.zip": zip_of(FILES),
    "a.tar": tar_of(FILES, mode="w:"),
    "a.tgz": tar_of(FILES),
    "a.tar.bz2": tar_of(FILES, mode="w:bz2"),
    "a.tar.xz": tar_of(FILES, mode="w:xz"),
}


@pytest.mark.parametrize("name", PACKED)
def test_members_and_their_bytes_are_those_that_were_packed(name: str) -> None:
    source, kind, listing = opened(name, PACKED[name])
    assert {member.name: member.size for member in listing.members} == {
        name: len(data) for name, data in FILES.items()
    }
    assert listing.is_whole and not listing.bomb and not listing.trouble
    for member in listing.members:
        taken = archives.take(source, kind, member.index)
        assert (taken.data, taken.is_whole) == (FILES[member.name], True)
    with pytest.raises(NoMember):
        archives.take(source, kind, 7)


def test_links_and_devices_are_named_and_not_followed() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for name, type, target in (
            ("link", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard", tarfile.LNKTYPE, "../" * 40 + "etc/shadow"),
            ("null", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
            ("../../up/ü" + "y" * 200, tarfile.REGTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.mtime = type, target, 1_763_640_000
            tar.addfile(info)
    source, kind, listing = opened("a.tgz", out.getvalue())
    link, hard, null, pipe, up = listing.members
    assert (link.what, link.target) == (What.LINK, "/etc/passwd")
    assert (hard.what, hard.target) == (What.HARD_LINK, "../" * 40 + "etc/shadow")
    assert (null.what, pipe.what) == (What.DEVICE, What.PIPE)
    assert up.leaves and up.name == "../../up/ü" + "y" * 200
    assert up.time == datetime.datetime(2025, 11, 20, 12, tzinfo=datetime.UTC)
    for member in listing.members[:4]:
        with pytest.raises(NoMember):
            archives.take(source, kind, member.index)


def test_a_link_in_a_zip_and_an_encrypted_member_are_told() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/shadow")
        archive.writestr("C:\\windows\\x", b"y")
        archive.writestr("secret", b"z")
    data = bytearray(out.getvalue())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of encryption
    source, kind, listing = opened("a.zip", bytes(data))
    link_, drive, secret = listing.members
    assert (link_.what, drive.leaves, secret.is_encrypted) == (What.LINK, True, True)
    for index in (0, 2):
        with pytest.raises(NoMember):
            archives.take(source, kind, index)


def test_a_packed_single_file_is_an_archive_of_one() -> None:
    source, kind, listing = opened("app.log.gz", gzip.compress(b"line\n" * 100))
    [member] = listing.members
    assert (member.name, member.size) == ("app.log", 500)
    assert archives.take(source, kind, 0).data == b"line\n" * 100


@pytest.mark.parametrize("cut", [10, 100, 1000])
@pytest.mark.parametrize("name", PACKED)
def test_what_is_cut_or_damaged_says_so(name: str, cut: int) -> None:
    data = PACKED[name][:-cut] if cut < len(PACKED[name]) else PACKED[name][:20]
    try:
        source, kind, listing = opened(name, data)
        if listing.is_whole:  # the padding of a tar is not missed
            assert kind is Kind.TAR
    except (NotAnArchive, NoMember):
        return
    for member in listing.members:
        try:
            archives.take(source, kind, member.index)
        except NoMember:
            continue

"""The tar of an export: what others read of it, and what it refuses to read."""

import io
import tarfile
from typing import Any

import pytest

from trails.moving import tar

LONG = "a" * 100 + "/data/evidence/ab/cd/" + "e" * 64
FILES = {"acme/bagit.txt": b"bag", "acme/empty": b"", LONG: bytes(range(256)) * 10}


def written(files: dict[str, bytes] = FILES) -> bytes:
    out = io.BytesIO()
    writer = tar.Writer(out)
    for name, data in files.items():
        writer.add(name, len(data), [data[:2], data[2:]])
    writer.end()
    assert writer.written == len(out.getvalue())
    return out.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    file = io.BytesIO(data)
    return {e.name: b"".join(tar.contents(file, e)) for e in tar.entries(file)}


def test_what_was_written_is_read() -> None:
    assert read(written()) == FILES


def test_another_reader_reads_the_same() -> None:
    with tarfile.open(fileobj=io.BytesIO(written())) as other:
        found = {m.name: other.extractfile(m).read() for m in other}  # type: ignore[union-attr]  # they are files
        assert found == FILES
        assert {(m.mode, m.uid, m.type) for m in other} == {(0o600, 0, tarfile.REGTYPE)}


@pytest.mark.parametrize("size", [(1 << 33) - 1, 1 << 33, 1 << 40])
def test_a_size_beyond_the_octal_field_is_what_other_readers_take_it_for(size: int) -> None:
    header = tar.header("acme/large", size)
    assert tarfile.TarInfo.frombuf(header, "ascii", "strict").size == size


def test_contents_of_another_size_are_refused() -> None:
    with pytest.raises(tar.BadTar, match="3 bytes where 2 were promised"):
        tar.Writer(io.BytesIO()).add("acme/a", 2, [b"abc"])


@pytest.mark.parametrize("name", ["", "a" * 101, "a/" * 200, "ä", "a\0b"])
def test_a_name_that_a_header_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        tar.header(name, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": 0o644},
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "acme/bagit.txt"},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.CHRTYPE},
        {"mtime": 0},
        {"uname": "root"},
    ],
)
def test_a_member_that_we_do_not_write_is_refused(changed: dict[str, Any]) -> None:
    info = tarfile.TarInfo("acme/x")
    info.mode, info.mtime = 0o600, 315_532_800
    for name, value in changed.items():
        setattr(info, name, value)
    with pytest.raises(tar.BadTar, match="does not begin a member"):
        read(info.tobuf(tarfile.USTAR_FORMAT) + tar.END)


def test_every_byte_around_the_contents_counts() -> None:
    data = written({"acme/a": b"abc"})
    for at in [*range(512), *range(515, len(data))]:
        forged = bytearray(data)
        forged[at] ^= 1
        with pytest.raises(tar.BadTar):
            read(bytes(forged))


def test_a_file_that_was_cut_off_or_goes_on_is_refused() -> None:
    data = written()
    for cut in range(1, len(data), 100):
        with pytest.raises(tar.BadTar):
            read(data[:cut])
    with pytest.raises(tar.BadTar, match="something behind"):
        read(data + b"\0")

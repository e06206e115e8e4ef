"""Zips made to exhaust a verifier are refused quickly and in little memory."""

import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.package.report import Name, Outcome
from evidence.package.unzip import DIRECTORY_LIMIT, MEMBERS_LIMIT
from evidence.package.verify import verify
from evidence.package.zip import Archive, Member
from tests.plugins.template import PROJECT

END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR = struct.Struct("<4sIQI")
CENTRAL = struct.Struct("<4s6H3I5H2I")


def central(name: bytes, size: int = 0, offset: int = 0, extra: bytes = b"") -> bytes:
    fields = (b"PK\x01\x02", 3 << 8 | 45, 20, 0, 0, 0, 33, 0, size, size, len(name), len(extra))
    return CENTRAL.pack(*fields, 0, 0, 0, 0o100644 << 16, offset) + name + extra


def end(count: int, size: int, offset: int) -> bytes:
    return END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, 0)


def end64(count: int, size: int, offset: int, at: int) -> bytes:
    many = 0xFFFFFFFF
    return (
        END64.pack(b"PK\x06\x06", 44, 3 << 8 | 45, 45, 0, 0, count, count, size, offset)
        + LOCATOR.pack(b"PK\x06\x07", 0, at, 1)
        + end(0xFFFF, many, many)
    )


def a_count_that_is_not_there() -> bytes:
    return b"PK\x03\x04" + end(60_000, 0, 4)


def a_directory_of_all_numbers() -> bytes:
    return b"PK\x03\x04" + end64(2**64 - 1, 2**64 - 1, 2**64 - 1, 4)


def a_count_of_all_numbers() -> bytes:
    entry = central(b"r/a")
    return entry + end64(2**64 - 1, len(entry), 0, len(entry))


def a_member_of_almost_all_bytes() -> bytes:
    extra = struct.pack("<2H2Q", 1, 16, 2**63 - 1, 2**63 - 1)
    entry = central(b"r/a", size=0xFFFFFFFF, extra=extra)
    return entry + end(1, len(entry), 0)


def a_member_of_more_than_all_bytes() -> bytes:
    extra = struct.pack("<2H2Q", 1, 16, 2**64 - 1, 2**64 - 1)
    entry = central(b"r/a", size=0xFFFFFFFF, extra=extra)
    return entry + end(1, len(entry), 0)


def a_large_member_without_its_size() -> bytes:
    entry = central(b"r/a", size=0xFFFFFFFF)
    return entry + end(1, len(entry), 0)


def many_members_over_the_same_bytes() -> bytes:
    # A zip bomb of the kind that overlaps: every member is the whole file.
    entries = b"".join(central(b"r/%d" % number, size=1 << 30) for number in range(60_000))
    return entries + end(60_000, len(entries), 0)


def a_directory_with_contents() -> bytes:
    entry = central(b"r/a/", size=5)
    return entry + end(1, len(entry), 0)


def a_name_that_is_not_text() -> bytes:
    entry = central(b"r/\xff\xfe")
    return entry + end(1, len(entry), 0)


def an_entry_without_a_name() -> bytes:
    entry = central(b"")
    return entry + end(1, len(entry), 0)


def a_name_that_is_longer_than_the_directory() -> bytes:
    entry = bytearray(central(b"r/a"))
    entry[28:30] = b"\xff\xff"
    return bytes(entry) + end(1, len(entry), 0)


def nothing_but_an_end() -> bytes:
    return end(0, 0, 0)


@pytest.mark.parametrize(
    "make",
    [
        a_count_that_is_not_there,
        a_directory_of_all_numbers,
        a_count_of_all_numbers,
        a_member_of_almost_all_bytes,
        a_member_of_more_than_all_bytes,
        a_large_member_without_its_size,
        many_members_over_the_same_bytes,
        a_directory_with_contents,
        a_name_that_is_not_text,
        an_entry_without_a_name,
        a_name_that_is_longer_than_the_directory,
        nothing_but_an_end,
    ],
)
def test_numbers_that_lie_are_refused(make: object, tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    assert callable(make)
    file.write_bytes(make())

    report = verify(file, [])

    [zip_check, *others] = report.checks.values()
    assert report.verdict == "rejected"
    assert zip_check.outcome is Outcome.FAILED
    assert zip_check.findings[0].code in {"zip-layout", "name-unsafe"}
    assert all(check.outcome is Outcome.SKIPPED for check in others)
    assert {check.findings[0].code for check in others} == {"not-run"}


def test_a_directory_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    size = DIRECTORY_LIMIT + 1
    with file.open("wb") as target:
        target.seek(size)  # a hole: no disk is used
        target.write(end(1, size, 0))

    [finding] = verify(file, []).checks[Name.ZIP].findings

    assert finding.code == "zip-layout"
    assert str(DIRECTORY_LIMIT) in finding.reason


def test_a_million_members_fail_quickly_and_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    with file.open("wb") as target:
        for piece in Archive(Member(f"r/{n}", 0, 0, None) for n in range(1_000_000)).read():
            target.write(piece)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    [finding] = verify(file, []).checks[Name.ZIP].findings

    assert str(MEMBERS_LIMIT) in finding.reason
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def test_a_file_that_cannot_be_sought_is_refused_without_waiting(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "evidence.package.verify", "/dev/null", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=30)

    assert done.returncode == 1
    assert b'"not-a-zip"' in done.stdout

"""Packages of trails beyond what a plain zip can count: files of 5 GB, more than 65,535 members.

Nothing of it is ever there as a whole: a file's bytes are made as they are read, and what is on the
disk has holes.
"""

import os
import random
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.package.bag import Directory, Payload
from evidence.package.recipe import Reference
from evidence.package.report import Name, Outcome, Report
from evidence.package.trail import Draft, Layout
from evidence.package.verify_trail import Verifier, opened
from tests.evidence.package.trails import Kept, finish

HUGE = 5 << 30
PIECE = 1 << 20
ZEROS = bytes(PIECE)


def zeros(start: int, stop: int) -> Iterator[bytes]:
    left = stop - start
    while left > 0:
        yield ZEROS[: min(left, PIECE)]
        left -= PIECE


def crc_of_zeros(size: int) -> int:
    crc = 0
    for piece in zeros(0, size):
        crc = zlib.crc32(piece, crc)
    return crc


def packed(sizes: list[int], each: int = 1) -> Kept:
    """Return a package with a workflow for each size, which has `each` files of zeros."""
    crcs = {size: crc_of_zeros(size) for size in set(sizes)}
    kept = Kept(Draft("trail"), lambda key, start, stop: zeros(start, stop))
    layout = Layout(kept.draft)
    layout.begin()
    for number, size in enumerate(sizes):
        files = [Payload(f"{n}.bin", size, crcs[size], "0" * 64, zeros) for n in range(each)]
        layout.add(
            f"run-{number}",
            state="compliant",
            directories=[Directory("step", files)],
            lines=[b"a line\r\n"],
            tags=[],
            source=lambda file: Reference(1, b"zeros", file.size),
        )
    kept.keep(layout)
    finish(kept, [])
    return kept


def sparse(kept: Kept, path: Path) -> Path:
    """Write a package to a file that has holes where there are zeros."""
    with path.open("wb") as file:
        for piece in kept.read(0, kept.length):
            if len(piece) == PIECE and piece == ZEROS:
                file.seek(PIECE, os.SEEK_CUR)
            else:
                file.write(piece)
        file.truncate(kept.length)
    return path


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kept, Path]]:
    kept = packed([3, HUGE, 7, 1 << 32, 0, 11])
    path = sparse(kept, tmp_path_factory.mktemp("zip64") / "huge.zip")
    yield kept, path
    path.unlink()


def test_stock_readers_take_files_of_5_gb(huge: tuple[Kept, Path]) -> None:
    kept, path = huge
    assert path.stat().st_size == kept.length > 9 << 30
    with zipfile.ZipFile(path) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        assert sizes["trail/data/run-1/step/0.bin"] == HUGE
        # Behind it the offsets are beyond 4 GB.
        assert archive.read("trail/data/run-5/step/0.bin") == bytes(11)
    if zipinfo := shutil.which("zipinfo"):
        told = subprocess.run([zipinfo, "-h", path], capture_output=True, text=True, check=True)
        assert f"number of entries: {len(sizes)}" in told.stdout


def test_odd_parts_of_it_are_right(huge: tuple[Kept, Path]) -> None:
    kept, path = huge
    dice = random.Random(6)  # noqa: S311  the same places in every run
    places = [0, (1 << 32) - 1, 1 << 32, HUGE, kept.length - 5000]
    places += [dice.randrange(kept.length) for _ in range(200)]
    with path.open("rb") as file:
        for start in places:
            stop = min(kept.length, start + dice.randrange(1, 300_000))
            file.seek(start)
            assert b"".join(kept.read(start, stop)) == file.read(stop - start), start


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_unzip_tests_more_members_than_a_plain_zip_counts(tmp_path: Path) -> None:
    kept = packed([2] * 700, each=100)
    path = sparse(kept, tmp_path / "many.zip")
    assert kept.draft.members > 71_000
    subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)
    with zipfile.ZipFile(path) as archive:
        assert len(archive.infolist()) == kept.draft.members


def test_our_reader_takes_its_frame(tmp_path: Path) -> None:
    kept = packed([2] * 700, each=100)
    path = sparse(kept, tmp_path / "many.zip")
    report = Report(package=path.name)
    with path.open("rb") as file:
        walk = opened(file)
        assert walk is not None
        Verifier(file, walk, report).read()
    assert report.checks[Name.ZIP].outcome is Outcome.PASSED
    assert report.files == 70_000

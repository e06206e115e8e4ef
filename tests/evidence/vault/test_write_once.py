"""Bytes get their content address once, whole, durable and read-only, whoever else tries it."""

import errno
import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from evidence.errors import Corrupt
from evidence.vault import local, store
from evidence.vault.staging import Staged


def promoted(data: bytes) -> Path:
    """Promote bytes, as a whole report does, and return where they are."""
    staged = store.stage([data])
    try:
        return Path(store.storage().path(store.promote(staged)))
    finally:
        staged.discard()


def test_bytes_are_under_their_digest_and_cannot_be_written_again(vault: Path) -> None:
    path = promoted(b"id\n")
    sha256 = hashlib.sha256(b"id\n").hexdigest()
    assert path == vault / "blobs/sha256" / sha256[:2] / sha256[2:4] / sha256
    assert path.read_bytes() == b"id\n"
    assert path.stat().st_mode & 0o777 == 0o444


def test_the_same_bytes_again_leave_the_first_file_as_it_is() -> None:
    first = promoted(b"id\n").stat()
    again = promoted(b"id\n").stat()
    assert (again.st_ino, again.st_mtime_ns) == (first.st_ino, first.st_mtime_ns)


def test_many_writers_of_the_same_bytes_make_one_file(vault: Path) -> None:
    data, found = os.urandom(100_000), []
    barrier = threading.Barrier(16)

    def write() -> None:
        staged = store.stage([data])
        barrier.wait()
        found.append(store.promote(staged))
        staged.discard()

    threads = [threading.Thread(target=write) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16 and len(set(found)) == 1
    path = Path(store.storage().path(found[0]))
    assert path.read_bytes() == data
    assert [p for p in vault.rglob("*") if p.is_file()] == [path]


def test_a_file_that_was_cut_is_noticed_when_its_bytes_come_again() -> None:
    path = promoted(b"the whole transcript")
    path.chmod(0o644)
    path.write_bytes(b"the whole")
    with pytest.raises(Corrupt, match="has been cut or changed"):
        promoted(b"the whole transcript")
    assert path.read_bytes() == b"the whole"


def test_bytes_from_outside_the_staging_area_are_refused() -> None:
    with pytest.raises(SuspiciousFileOperation):
        store.storage().save(store.address("0" * 64), ContentFile(b"x", name="relative"))


def test_no_address_leads_out_of_the_vault(tmp_path: Path) -> None:
    staged = store.stage([b"x"])
    forged = Staged(staged.path, type(staged.digest)("../../../escaped", 0, 1))
    with pytest.raises(SuspiciousFileOperation):
        store.promote(forged)
    assert not (tmp_path / "escaped").exists()


def test_every_new_directory_entry_is_synced(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    synced: list[Path] = []
    real = local.sync_directory

    def watch(path: str) -> None:
        real(path)
        synced.append(Path(path))

    monkeypatch.setattr(local, "sync_directory", watch)
    path = promoted(b"id\n")
    for directory in (path.parent, path.parents[1], path.parents[2], vault / "blobs", vault):
        assert directory in synced
    assert vault.parent in synced
    synced.clear()
    promoted(b"id\n")
    # Its first writer may not have come that far: the entry is synced before anything names it.
    assert synced == [path.parent]


@pytest.fixture
def staging_elsewhere(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    """Make the staging area another file system, as far as hard links can tell."""
    link = os.link

    def refuse(source: Any, target: Any) -> None:
        if (vault / "staging") in Path(source).parents:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target)

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("staging_elsewhere")
def test_bytes_are_copied_where_they_cannot_be_linked(vault: Path) -> None:
    path = promoted(b"id\n" * 1_000_000)
    assert path.read_bytes() == b"id\n" * 1_000_000
    assert path.stat().st_mode & 0o777 == 0o444
    assert promoted(b"id\n" * 1_000_000) == path
    assert [p for p in vault.rglob("*") if p.is_file()] == [path]


@pytest.mark.usefixtures("staging_elsewhere")
def test_a_copy_that_breaks_leaves_no_address(monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    def full(*arguments: Any) -> None:
        arguments[1].write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        promoted(b"the whole")
    assert [p for p in (vault / "blobs").rglob("*") if p.is_file()] == []

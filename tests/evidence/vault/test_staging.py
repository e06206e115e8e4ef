"""What arrives is staged whole, hashed and read-only; what stops half way leaves nothing."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import TooLarge
from evidence.vault import staging
from evidence.vault.digest import digest_of


def staged_files(vault: Path) -> list[Path]:
    folder = vault / "staging"
    return list(folder.iterdir()) if folder.exists() else []


def test_staged_bytes_are_what_came_and_cannot_be_written_again(vault: Path) -> None:
    staged = staging.stage([b"whoami\n", b"", b"root\n"])
    assert staged.path.read_bytes() == b"whoami\nroot\n"
    assert staged.digest == digest_of(b"whoami\nroot\n")
    assert staged.path.stat().st_mode & 0o777 == 0o444
    staged.discard()
    staged.discard()
    assert staged_files(vault) == []


def test_a_stream_stops_as_soon_as_it_is_past_its_limit(vault: Path) -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 100

    with pytest.raises(TooLarge) as refused:
        staging.stage(endless(), limit=250)
    assert (refused.value.limit, len(taken)) == (250, 3)
    assert "250 bytes" in str(refused.value)
    assert staged_files(vault) == []


def test_a_stream_of_exactly_the_limit_fits() -> None:
    assert staging.stage([b"x" * 200, b"x" * 50], limit=250).digest.size == 250
    assert staging.stage([], limit=0).digest.size == 0


@pytest.mark.parametrize("failure", [OSError("reset by peer"), KeyboardInterrupt(), SystemExit()])
def test_a_stream_that_breaks_leaves_nothing(vault: Path, failure: BaseException) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        assert len(staged_files(vault)) == 1
        raise failure

    with pytest.raises(type(failure)):
        staging.stage(broken())
    assert staged_files(vault) == []


def test_bytes_are_synced_after_the_last_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[int, int]] = []
    fsync = os.fsync

    def watch(descriptor: int) -> None:
        found = os.fstat(descriptor)
        synced.append((found.st_size, found.st_mode & 0o777))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watch)
    staging.stage([b"1234", b"56"])
    assert synced == [(6, 0o444)]


def test_only_what_is_old_is_swept(vault: Path) -> None:
    old, young = staging.stage([b"old"]), staging.stage([b"young"])
    an_hour_ago = time.time() - 3600
    os.utime(old.path, (an_hour_ago, an_hour_ago))
    assert staging.sweep(older_than=1800) == 1
    assert staged_files(vault) == [young.path]


def test_sweeps_side_by_side_remove_each_file_once(vault: Path) -> None:
    for number in range(200):
        staging.stage([b"%d" % number])
    removed: list[int] = []
    threads = [
        threading.Thread(target=lambda: removed.append(staging.sweep(older_than=-1)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(removed), sum(removed)) == (8, 200)
    assert staged_files(vault) == []

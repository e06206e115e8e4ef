"""What a check finds in a folder: that the application overwrites nothing, and its owner can."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.vault.check import run
from evidence.vault.check.verdict import Outcome, Verdict
from evidence.vault.local import WriteOnceFileSystemStorage


@pytest.fixture
def folder(tmp_path: Path) -> WriteOnceFileSystemStorage:
    """A vault in a folder, whatever the other tests have."""
    return WriteOnceFileSystemStorage(str(tmp_path / "folder"))


def test_a_folder_is_never_said_to_be_enforced_while_its_owner_can_remove_files(
    folder: WriteOnceFileSystemStorage,
) -> None:
    report = run.check(folder)
    assert report.verdict is Verdict.NOT_ENFORCED
    assert {"replace", "remove", "write-after-chmod"} <= set(report.broken)
    outcomes = {attempt.name: attempt.outcome for attempt in report.attempts}
    assert outcomes["save-again"] is Outcome.HELD


def test_the_attempts_leave_nothing_in_the_folder(folder: WriteOnceFileSystemStorage) -> None:
    report = run.check(folder)
    assert report.vault == f"file://{folder.location}"
    assert list(Path(folder.location).iterdir()) == []


class Immutable(WriteOnceFileSystemStorage):
    """A folder whose file system takes each name once: here by the flag that even root obeys."""

    def _place(self, staged: str, target: str) -> None:
        self._copy_into_place(Path(staged), Path(target))
        subprocess.run(["chattr", "+i", target], check=True, capture_output=True)


@pytest.fixture
def immutable(tmp_path: Path) -> Iterator[Immutable]:
    """Such a folder; skips where this account or file system has no such flag."""
    root = tmp_path / "immutable"
    root.mkdir()
    probe = root / "probe"
    probe.touch()
    if subprocess.run(["chattr", "+i", str(probe)], capture_output=True).returncode != 0:
        pytest.skip("no file can be made immutable here")
    yield Immutable(str(root))
    subprocess.run(["chattr", "-R", "-i", str(root)], check=True)


def test_a_file_system_that_refuses_everything_is_proven_and_says_what_it_keeps(
    immutable: Immutable,
) -> None:
    report = run.check(immutable)
    assert report.verdict is Verdict.PROVEN, report.said
    assert "under checks/" in report.left

"""What is tried against a vault in a folder: overwriting and removing files of our own.

Threat. A file system has owners. The application never overwrites, and writes with mode 0444; but
whoever is the account of the application, or root, can change the mode, write, and remove. This is
tried in earnest with the account that runs the check, and a file system that refuses, because files
are immutable or the disk takes no second write, is believed for what a fresh look says.
"""

import contextlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.vault import staging
from evidence.vault.check.verdict import Attempt, Outcome
from evidence.vault.local import WriteOnceFileSystemStorage
from evidence.vault.staging import Staged, StagedFile

_OTHER = b"other bytes"
Act = Callable[[WriteOnceFileSystemStorage, str], None]


def _save_again(storage: WriteOnceFileSystemStorage, name: str) -> None:
    other = staging.stage([_OTHER])
    try:
        _save(storage, name, other)
    finally:
        other.discard()


def _write(storage: WriteOnceFileSystemStorage, name: str) -> None:
    with Path(storage.path(name)).open("r+b") as file:
        file.write(_OTHER)


def _write_after_chmod(storage: WriteOnceFileSystemStorage, name: str) -> None:
    Path(storage.path(name)).chmod(0o644)
    _write(storage, name)


def _replace(storage: WriteOnceFileSystemStorage, name: str) -> None:
    path = Path(storage.path(name))
    other = path.with_name("other")
    other.write_bytes(_OTHER)
    try:
        other.replace(path)
    except OSError:
        # A file system that keeps everything keeps this too.
        with contextlib.suppress(OSError):
            other.unlink()
        raise


def _remove(storage: WriteOnceFileSystemStorage, name: str) -> None:
    Path(storage.path(name)).unlink()


_ATTACKS: tuple[tuple[str, str, Act], ...] = (
    ("save-again", "Other bytes saved under the same name by the application.", _save_again),
    ("write", "Other bytes written into the file.", _write),
    ("write-after-chmod", "Other bytes written into the file, made writable.", _write_after_chmod),
    ("replace", "Another file moved over the file.", _replace),
    ("remove", "Removal of the file.", _remove),
)


def on_files(storage: WriteOnceFileSystemStorage) -> Iterator[Attempt]:
    """Yield the attempts on files in the vault's folder, each on a file of its own."""
    folder = f"checks/{uuid.uuid4()}"
    try:
        for name, tried, act in _ATTACKS:
            # A folder each: one that grows and never shrinks is itself a way to keep files.
            yield _attempt(storage, f"{folder}/{name}", name, tried, act)
    finally:
        _clean(Path(storage.path(folder)))


def remarks() -> list[str]:
    """Return for whom the attempts speak."""
    if os.geteuid() == 0:
        return ["Tried as root."]
    return [
        f"Tried as the account number {os.geteuid()}. Root, and whoever has the disk, can do more."
    ]


def left(storage: WriteOnceFileSystemStorage) -> str:
    """Return what is left of the attempts, where the file system keeps it."""
    if not Path(storage.path("checks")).exists():
        return ""
    return "Files that could not be removed again are under checks/ in the vault."


def _attempt(
    storage: WriteOnceFileSystemStorage, folder: str, name: str, tried: str, act: Act
) -> Attempt:
    canary = staging.stage([f"canary {uuid.uuid4()}".encode()])
    try:
        target = f"{folder}/{canary.digest.sha256}"
        _save(storage, target, canary)
        data = canary.path.read_bytes()
    finally:
        canary.discard()  # a second name of the same file; it must not be what keeps the bytes
    try:
        act(storage, target)
        answered = "done"
    except OSError as error:
        answered = error.strerror or type(error).__name__
    except EvidenceError as error:
        answered = f"refused: {type(error).__name__}"
    found = _found(storage, target)
    if found == data:
        words = "The bytes are there."
        if answered == "done" and name != "save-again":
            words += " The system said that it did it, and did not."
        return Attempt(name, tried, answered, words, Outcome.HELD)
    words = "The file is gone." if found is None else "Other bytes are in its place."
    return Attempt(name, tried, answered, words, Outcome.BROKEN)


def _save(storage: WriteOnceFileSystemStorage, name: str, staged: Staged) -> None:
    with StagedFile(staged) as file:
        storage.save(name, file)


def _found(storage: WriteOnceFileSystemStorage, name: str) -> bytes | None:
    try:
        return Path(storage.path(name)).read_bytes()
    except FileNotFoundError:
        return None


def _clean(folder: Path) -> None:
    """Remove what the attempts left, and nothing that the file system keeps."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()  # unless another check is at it, or something stays

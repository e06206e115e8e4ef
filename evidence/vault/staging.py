"""The staging area: a local folder where bytes are hashed before anything names them.

An upload is written here once. What a crash leaves behind is removed by `sweep`, but for what the
caller says that somebody still waits for.
"""

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.files import File
from uuid_utils.compat import uuid7

from evidence.errors import TooLarge
from evidence.vault.digest import Digest, Digester

if TYPE_CHECKING:
    _File = File[bytes]
else:
    _File = File


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that have arrived and are hashed, and that no row names yet."""

    path: Path
    digest: Digest

    def discard(self) -> None:
        """Forget the staged bytes. Safe to call twice."""
        self.path.unlink(missing_ok=True)


class StagedFile(_File):
    """Staged bytes as a storage takes them, opened only by a storage that reads them."""

    def __init__(self, staged: Staged) -> None:
        self.staged = staged  # a storage may want the digest that is known
        self.name = str(staged.path)
        self.mode = "rb"

    @cached_property
    def file(self) -> IO[bytes]:  # type: ignore[override]  # opened at its first use
        """Return the open file."""
        return Path(str(self.name)).open("rb")

    def close(self) -> None:
        """Close the file, if it was opened."""
        if "file" in self.__dict__:
            self.file.close()


def area() -> Path:
    """Return the staging folder, made if it is not there."""
    path = Path(settings.VAULT_STAGING)
    path.mkdir(mode=0o750, parents=True, exist_ok=True)
    return path


def _new_file() -> tuple[str, int]:
    """Make a file in the staging area; return its path and its open descriptor."""
    path = f"{settings.VAULT_STAGING}/{uuid7()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return path, os.open(path, flags, 0o444)
    except FileNotFoundError:
        area()
        return path, os.open(path, flags, 0o444)


def stage(chunks: Iterable[bytes], *, limit: int | None = None) -> Staged:
    """Write chunks to the staging area, hash them on the way, and make them durable.

    Stops with `TooLarge` as soon as more than `limit` bytes have come, and leaves nothing behind
    on any error.
    """
    path, file = _new_file()
    digester = Digester()
    try:
        try:
            # Whatever the umask says; now, so that the sync makes it durable with the bytes.
            os.fchmod(file, 0o444)
            for chunk in chunks:
                digester.update(chunk)
                if limit is not None and digester.size > limit:
                    raise TooLarge(limit)
                view = memoryview(chunk)
                while view:  # a write may take less than it was given
                    view = view[os.write(file, view) :]
            os.fsync(file)
        finally:
            os.close(file)
    except BaseException:
        Path(path).unlink()
        raise
    return Staged(Path(path), digester.digest())


Spared = Callable[[Collection[str]], Collection[str]]
"""Gives those of some staged files, by their names, that must stay."""

_AT_ONCE = 500  # names that are asked about in one go


def sweep(*, older_than: float, spared: Spared | None = None) -> int:
    """Remove staged files that are older than so many seconds. Returns how many there were."""
    horizon = time.time() - older_than
    removed = 0
    old: list[str] = []
    for entry in os.scandir(area()):
        # Its writer, or another sweep, may take the file away at any moment.
        with contextlib.suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < horizon:
                old.append(entry.name)
    for start in range(0, len(old), _AT_ONCE):
        names = old[start : start + _AT_ONCE]
        stay = set(spared(names)) if spared else set()
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                if name not in stay:
                    (area() / name).unlink()
                    removed += 1
    return removed

"""The vault on a file system: files that are linked into place once, read-only, and synced.

Threat. A crash half way through a write, or a second writer of the same name, leaves other bytes
under a content address than its name says. Here a name appears by `link(2)`, complete or not at
all, after the bytes are on disk, and an existing name is never touched. What a file system cannot
promise: its administrator can still change or remove a file. A report of the same bytes notices
it, a download of the file does not complete, and a package's manifest does not match.
"""

import contextlib
import datetime
import hashlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage

from evidence.errors import Corrupt, Retained
from evidence.vault.digest import CHUNK


def sync_directory(path: str) -> None:
    """Make the entries of a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_link_of(target: str, staged: str) -> bool:
    one, other = Path(target).stat(), Path(staged).stat()
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def _check(target: Path) -> None:
    """Return if a file holds what its name says; `Corrupt` if not."""
    name = target.name
    with target.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != name:
        raise Corrupt(
            f"{name} in the vault has been cut or changed: its bytes have the SHA-256 "
            f"{found}. Restore it from a copy."
        )


class _Unsynced:
    """Directories with entries that are not durable yet."""

    def __init__(self) -> None:
        # Whether we changed the directory ourselves.
        self.directories: dict[str, bool] = {}
        # Directories whose own entries are durable once the above are synced.
        self.made: list[str] = []

    def sync(self) -> None:
        """Make the entries durable."""
        for directory, changed in self.directories.items():
            try:
                sync_directory(directory)
            except PermissionError:
                # A folder far above the vault that we may pass but not read. What is in it was not
                # made by us, and was durable long before.
                if changed:
                    raise


class WriteOnceFileSystemStorage(FileSystemStorage):
    """A file system storage whose `save` never overwrites and returns only when bytes are durable.

    Saving a name that exists leaves it as it is: names are content addresses, so what is there is
    the same content.
    """

    is_remote = False
    direct = None  # nobody but this server puts bytes here

    def __init__(self, location: str) -> None:
        super().__init__(location=location, base_url=None, file_permissions_mode=0o444)
        # Directories whose own entry this process has synced; a later crash cannot lose them.
        self._durable: set[str] = {"/"}
        self._local = threading.local()

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Make what the block saves durable when the block ends, not one file after the other.

        The file system writes its journal at the first sync and finds little left at the others.
        """
        unsynced = self._local.unsynced = _Unsynced()
        try:
            yield
        finally:
            self._local.unsynced = None
        self._settle(unsynced)

    def read(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes [start, stop) of a file, or those there are where it ends earlier."""
        with Path(self.path(name)).open("rb", buffering=0) as file:
            file.seek(start)
            left = stop - start
            while left > 0 and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix, in order; those that come after `after`.

        In the order of their characters, as an S3 store lists them. Holds one folder per level.
        """
        folder = prefix.rpartition("/")[0]
        start = f"{folder}/" if folder else ""
        yield from self._names(start, prefix, after)

    def _names(self, folder: str, prefix: str, after: str) -> Iterator[str]:
        try:
            with os.scandir(self.path(folder) if folder else self.location) as entries:
                rows = [
                    f"{folder}{entry.name}/"
                    if entry.is_dir(follow_symlinks=False)
                    # What is no file is no object.
                    else f"{folder}{entry.name}"
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)
                ]
        except FileNotFoundError:  # nothing was saved yet, or a sweep of folders was faster
            return
        for row in sorted(rows):
            if not row.startswith(prefix) and not prefix.startswith(row):
                continue
            if not row.endswith("/"):
                if row > after:
                    yield row
            # All that is below a folder begins with its name.
            elif after.startswith(row) or row > after:
                yield from self._names(row, prefix, after)

    def absent(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that have no file."""
        return [name for name in names if not self.exists(name)]

    def retained_until(self, name: str) -> datetime.datetime | None:
        """Return None: a file system keeps nothing until a date."""
        Path(self.path(name)).stat()
        return None

    def retain(self, name: str, until: datetime.datetime) -> bool:
        """Return False: a file system has nothing to enforce it with."""
        Path(self.path(name)).stat()
        return False

    def hold(self, name: str, on: bool) -> bool:
        """Return False: a file system has nothing to enforce it with."""
        Path(self.path(name)).stat()
        return False

    def erase(self, name: str) -> None:
        """Remove a file for good and durably. `FileNotFoundError` when there is none."""
        path = Path(self.path(name))
        try:
            path.unlink()
        except PermissionError as error:  # such as of a file that is immutable
            raise Retained(
                f"The file system refuses to remove {name}: {error.strerror}."
            ) from error
        sync_directory(str(path.parent))

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name itself: an address is never changed to make room."""
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        target, staged = self.path(name), str(content.name)
        if not staged.startswith("/"):
            raise SuspiciousFileOperation("The vault takes files from its staging area only.")
        waiting: _Unsynced | None = getattr(self._local, "unsynced", None)
        unsynced = waiting or _Unsynced()
        folder = target.rpartition("/")[0]
        self._make_directory(folder, unsynced)
        self._place(staged, target)
        # Also when the name was there already: its writer may not have come to this line yet.
        unsynced.directories[folder] = True
        if waiting is None:
            self._settle(unsynced)
        return name

    def _settle(self, unsynced: _Unsynced) -> None:
        unsynced.sync()
        self._durable.update(unsynced.made)

    def _place(self, staged: str, target: str) -> None:
        """Give staged bytes their name, complete or not at all, and see that the name holds them.

        What has the name already may be swept away at any moment, for nobody may have named it yet
        in a row; then it is placed anew.
        """
        while True:
            try:
                os.link(staged, target)
                return
            except FileExistsError:
                pass
            except OSError:
                # The staging area is on another file system.
                self._copy_into_place(Path(staged), Path(target))
            try:
                if not _is_link_of(target, staged):
                    # It was there before: new evidence must not rest on altered bytes.
                    _check(Path(target))
                return
            except FileNotFoundError:
                if not Path(staged).exists():
                    raise

    def _copy_into_place(self, staged: Path, target: Path) -> None:
        if target.exists():
            return
        partial = target.with_name(f".{target.name}.{os.getpid()}.{staged.name}")
        try:
            with staged.open("rb") as source, partial.open("xb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
                copy.flush()
                os.fchmod(copy.fileno(), 0o444)
                os.fsync(copy.fileno())
            with contextlib.suppress(FileExistsError):  # the same content, by another writer
                os.link(partial, target)
        finally:
            partial.unlink(missing_ok=True)

    def _make_directory(self, path: str, unsynced: _Unsynced) -> None:
        """Make a directory and its parents, and note where their entries are not durable yet."""
        if path in self._durable:
            return
        parent = path.rpartition("/")[0] or "/"
        self._make_directory(parent, unsynced)
        made = True
        try:
            Path(path).mkdir(mode=0o750)
        except FileExistsError:
            made = False
        unsynced.directories[parent] = made or unsynced.directories.get(parent, False)
        unsynced.made.append(path)

"""The vault on a file system: files that are linked into place once, read-only, and synced.

Threat. A crash half way through a write, or a second writer of the same name, leaves other bytes
under a content address than its name says. Here a name appears by `link(2)`, complete or not at
all, after the bytes are on disk, and an existing name is never touched. What a file system cannot
promise: its administrator can still change or remove a file. A report of the same bytes notices
it, a download of the file does not complete, and a package's manifest does not match.
"""

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage

from evidence.errors import Corrupt


def sync_directory(path: Path) -> None:
    """Make the entries of a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_link_of(target: Path, staged: Path) -> bool:
    one, other = target.stat(), staged.stat()
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def _check(target: Path) -> None:
    """Return if a file holds what its name says; `Corrupt` if not."""
    with target.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != target.name:
        raise Corrupt(
            f"{target.name} in the vault has been cut or changed: its bytes have the SHA-256 "
            f"{found}. Restore it from a copy."
        )


class WriteOnceFileSystemStorage(FileSystemStorage):
    """A file system storage whose `save` never overwrites and returns only when bytes are durable.

    Saving a name that exists leaves it as it is: names are content addresses, so what is there is
    the same content.
    """

    def __init__(self, location: str) -> None:
        super().__init__(location=location, base_url=None, file_permissions_mode=0o444)
        # Directories whose own entry this process has synced; a later crash cannot lose them.
        self._durable: set[Path] = {Path("/")}

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name itself: an address is never changed to make room."""
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        target = Path(self.path(name))
        staged = Path(str(content.name))
        if not staged.is_absolute():
            raise SuspiciousFileOperation("The vault takes files from its staging area only.")
        self._make_directory(target.parent)
        if not target.exists():
            try:
                os.link(staged, target)
            except FileExistsError:
                pass  # another writer of the same content was first
            except OSError:
                self._copy_into_place(staged, target)  # staging is on another file system
        if not _is_link_of(target, staged):
            _check(target)  # it was there before: new evidence must not rest on altered bytes
        # Also when the name was there already: its writer may not have come to this line yet.
        sync_directory(target.parent)
        return name

    def _copy_into_place(self, staged: Path, target: Path) -> None:
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

    def _make_directory(self, path: Path) -> None:
        """Make a directory and its parents, and make sure that their entries are durable."""
        if path in self._durable:
            return
        self._make_directory(path.parent)
        made = True
        try:
            path.mkdir(mode=0o750)
        except FileExistsError:
            made = False
        try:
            sync_directory(path.parent)
        except PermissionError:
            # A folder far above the vault that we may pass but not read. What is in it was not
            # made by us, and was durable long before.
            if made:
                raise
        self._durable.add(path)

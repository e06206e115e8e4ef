"""The vault in a bucket of an S3 store: objects that are created once, checked and locked.

The storage that `STORAGES["vault"]` names. How bytes are written, read and kept stands in
`s3_put`, `s3_read` and `s3_locks`.

Threat. Whoever holds our credentials may do to the bucket what its policy lets them. What Object
Lock with COMPLIANCE keeps, nobody can remove or shorten, us included; a plain overwrite makes a
newer version and leaves the older one, and readers notice by the digest. Without a lock the store
promises what a file system does: `manage.py vault_check` says which of the two is so.
"""

import contextlib
import datetime
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from evidence.vault import s3_direct, s3_locks, s3_put, s3_read
from evidence.vault.places import Credentials, Place
from evidence.vault.s3_client import answering, client_of, pool
from evidence.vault.staging import Staged, StagedFile


@deconstructible
class WriteOnceS3Storage(Storage):
    """A storage whose `save` creates or leaves, and returns when the store has said that it has it.

    Saving a name that exists leaves it: names are content addresses. `VaultUnavailable` where the
    store does not answer as it should.
    """

    is_remote = True

    def __init__(self, place: Place, credentials: Credentials | None = None) -> None:
        self.place = place
        self._credentials = credentials or Credentials()
        self._local = threading.local()

    @property
    def client(self) -> Any:
        """The boto3 client of this process."""
        return client_of(self.place, self._credentials)

    @property
    def bucket(self) -> str:
        """The name of the bucket."""
        return self.place.bucket

    @property
    def prefix(self) -> str:
        """What every key begins with, without a slash at its end; often empty."""
        return self.place.prefix

    @property
    def lock(self) -> str:
        """The lock that each object gets: COMPLIANCE, GOVERNANCE or none."""
        return self.place.lock

    def key(self, name: str) -> str:
        """Return the key of a name in the bucket."""
        if not name or name.startswith("/") or {".", ".."} & set(name.split("/")):
            raise SuspiciousFileOperation(f"{name!r} is no name in the vault.")
        return f"{self.prefix}/{name}" if self.prefix else name

    @property
    def direct(self) -> s3_direct.DirectPath:
        """How clients put bytes into the bucket themselves."""
        return s3_direct.DirectPath(self.client, self.place)

    # --- Writing --------------------------------------------------------------------------------

    @contextlib.contextmanager
    def at_once(self) -> Iterator[None]:
        """Have several saves of the block on their way at once; all are done when it ends.

        The first error of any is raised at the end. Staged files must stay until then.
        """
        waiting: list[Future[bool]] = []
        self._local.waiting = waiting
        try:
            yield
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
        finally:
            self._local.waiting = None
            errors = [future.exception() for future in waiting if not future.cancelled()]
        for error in errors:
            if error is not None:
                raise error

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name itself: an address is never changed to make room."""
        return name

    def _save(self, name: str, content: "File[Any]") -> str:
        if not isinstance(content, StagedFile):
            raise SuspiciousFileOperation("The vault takes files from its staging area only.")
        staged: Staged = content.staged
        waiting: list[Future[bool]] | None = getattr(self._local, "waiting", None)
        what = (self.client, self.place, self.key(name), staged)
        if waiting is None:
            s3_put.put(*what)
        else:
            waiting.append(pool("saves").submit(s3_put.put, *what))
        return name

    # --- Reading --------------------------------------------------------------------------------

    def _open(self, name: str, mode: str = "rb") -> "File[Any]":
        if mode != "rb":
            raise SuspiciousFileOperation("What is in the vault is read, never opened to write.")
        reader = s3_read.Reader(self.client, self.bucket, self.key(name), self.size(name))
        return File(reader, name)  # type: ignore[arg-type]  # raw, and reads as a file does

    def read(self, name: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes [start, stop), or those there are where the object ends earlier."""
        return s3_read.read(self.client, self.bucket, self.key(name), start, stop)

    def read_many(self, wanted: Iterable[tuple[str, int, int]]) -> Iterator[Iterator[bytes]]:
        """Yield the contents of (name, start, stop) in their order; the next ones come meanwhile.

        Take each before the next one.
        """
        ranges = (s3_read.Wanted(self.key(name), start, stop) for name, start, stop in wanted)
        with closing(s3_read.Pipeline(self.client, self.bucket, ranges)) as pipeline:
            number = 0
            while pipeline.has(number):
                yield pipeline.take(number)
                number += 1

    def _head(self, name: str) -> dict[str, Any]:
        with answering(name):
            head: dict[str, Any] = self.client.head_object(Bucket=self.bucket, Key=self.key(name))
            return head

    def exists(self, name: str) -> bool:
        """Tell whether there is an object of this name."""
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def absent(self, names: Iterable[str]) -> list[str]:
        """Return those of some names that have no object. Asks for several at once."""
        several = list(names)
        if len(several) == 1:
            there = [self.exists(several[0])]
        else:
            there = list(pool("heads").map(self.exists, several))
        return [name for name, is_there in zip(several, there, strict=True) if not is_there]

    def size(self, name: str) -> int:
        """Return the number of bytes of an object."""
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime.datetime:
        """Return when the store took the object, with a time zone."""
        at: datetime.datetime = self._head(name)["LastModified"]
        return at.astimezone(datetime.UTC)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the folders and the objects right below a folder, by their last names."""
        below = f"{self.key(path)}/"
        folders: list[str] = []
        files: list[str] = []
        for page in self._pages(Prefix=below, Delimiter="/"):
            folders += [row["Prefix"][len(below) : -1] for row in page.get("CommonPrefixes", ())]
            files += [row["Key"][len(below) :] for row in page.get("Contents", ())]
        if not folders and not files:
            raise FileNotFoundError(f"{path} is not in the vault.")
        return folders, [file for file in files if file]

    def names(self, prefix: str, after: str = "") -> Iterator[str]:
        """Yield the names that begin with a prefix, in order; those that come after `after`."""
        root = f"{self.prefix}/" if self.prefix else ""
        more = {"StartAfter": root + after} if after else {}
        for page in self._pages(Prefix=root + prefix, **more):
            for row in page.get("Contents", ()):
                yield row["Key"][len(root) :]

    def _pages(self, **asked: Any) -> Iterator[dict[str, Any]]:
        with answering("The list"):
            pages = self.client.get_paginator("list_objects_v2")
            pages = iter(pages.paginate(Bucket=self.bucket, **asked))
        while True:
            with answering("The list"):
                page = next(pages, None)
            if page is None:
                return
            yield page

    # --- Keeping and letting go -----------------------------------------------------------------

    def delete(self, name: str) -> None:
        """Remove an object from sight. In a bucket with versions its bytes stay: see `erase`."""
        with answering(name), contextlib.suppress(FileNotFoundError):
            self.client.delete_object(Bucket=self.bucket, Key=self.key(name))

    def retained_until(self, name: str) -> datetime.datetime | None:
        """Return until when the store keeps an object; None when it has no such date."""
        return s3_locks.retained_until(self.client, self.place, self.key(name))

    def retain(self, name: str, until: datetime.datetime) -> bool:
        """Keep an object until then at least. Returns whether the store confirms it."""
        return s3_locks.retain(self.client, self.place, self.key(name), until)

    def hold(self, name: str, on: bool) -> bool:
        """Set or lift the legal hold of an object. Returns whether the store confirms it."""
        return s3_locks.hold(self.client, self.place, self.key(name), on)

    def erase(self, name: str) -> None:
        """Remove an object for good, every version. `Retained` where the store keeps one."""
        s3_locks.erase(self.client, self.place, self.key(name))

    def sweep(self, older_than: datetime.timedelta) -> int:
        """Give back the parts of uploads that were begun before that and never completed."""
        return s3_put.sweep(self.client, self.place, older_than)

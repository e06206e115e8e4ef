"""The vault's door: receive bytes, name them, read them back.

The order is DESIGN §4: bytes are staged and hashed, promoted to their content address and durable,
and only then named by a `Blob` row in the caller's transaction. A crash at any point leaves bytes
without a name, which `sweep` removes; never a name without bytes.

Nothing here assumes that the vault is local: it is whatever `STORAGES["vault"]` says, whose `save`
must not overwrite and must return only when the bytes are durable.
"""

import contextlib
import datetime
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evidence import locks
from evidence.errors import Corrupt, VaultUnavailable
from evidence.models import Blob
from evidence.vault import copies, direct, staging
from evidence.vault.digest import CHUNK, Digest, Digester
from evidence.vault.rows import Uncopied
from evidence.vault.staging import Staged, StagedFile, stage
from evidence.writing import afterwards, insert

__all__ = [
    "Reading",
    "Staged",
    "name",
    "open_blob",
    "promote",
    "promote_all",
    "read",
    "read_ahead",
    "read_checked",
    "receive",
    "stage",
    "sweep",
    "verify",
]


_SHA256 = re.compile(r"[0-9a-f]{64}")
PURPOSE = "vault.bytes"  # of the lock that keeps apart who names bytes and who removes them


def part_of(sha256: str) -> int:
    """Return which of 256 parts of the vault a digest belongs to, for the lock."""
    return int(sha256[:2], 16)


def storage() -> Any:
    """Return the storage that holds the vault: of `vault.local` or of `vault.s3`."""
    return storages["vault"]


def address(sha256: str) -> str:
    """Return where the bytes of a digest are: `blobs/sha256/ab/cd/<hex>`."""
    return copies.address(sha256)


def promote(staged: Staged) -> str:
    """Give staged bytes their content address, durably. Returns the address.

    What is already there under that digest is an earlier write of the same bytes and stays.
    """
    target = address(staged.digest.sha256)
    if isinstance(staged, direct.Placed):
        _renew(target, staged)
        return target
    with StagedFile(staged) as file:
        return str(storage().save(target, file))


def _renew(target: str, placed: direct.Placed) -> None:
    path = direct.path()
    try:
        if path is None:
            raise FileNotFoundError(target)
        path.renew(target, placed.digest.size)
    except FileNotFoundError as error:
        raise Corrupt(
            f"{target} was checked and is gone from the vault. Upload it again."
        ) from error


def promote_all(items: Sequence[Staged]) -> None:
    """Promote several, as durably as one: all of them are when this returns.

    A storage may do better than one after the other. Bytes that come several times go once: many
    reports of a request may name the same file.
    """
    with storage().at_once():
        for staged in {item.digest.sha256: item for item in items}.values():
            promote(staged)


def name(promoted: Sequence[Staged]) -> dict[str, Blob]:
    """Write the rows that name promoted bytes; call it inside the transaction that uses them.

    Returns the blob of each SHA-256. From the insert on, `sweep` leaves these bytes alone, and from
    the lock on `erasing` does; what was found in place at promotion may have been removed before,
    so it is looked for again here, and promoted again if need be.
    """
    by_digest = {item.digest.sha256: item for item in promoted}
    # In one order everywhere, so that two transactions naming the same bytes never deadlock.
    blobs = {
        sha256: Blob(sha256=sha256, size=item.digest.size, crc32=item.digest.crc32)
        for sha256, item in sorted(by_digest.items())
    }
    fresh = list(blobs.values())
    if connection.vendor == "sqlite":
        # Its guard against REPLACE refuses rows that are there, even where a conflict is ignored;
        # and nobody else writes meanwhile.
        known = set(Blob.objects.in_bulk(list(blobs)))
        fresh = [blob for sha256, blob in blobs.items() if sha256 not in known]
    insert(fresh, ignore_conflicts=True)
    locks.shared_parts(PURPOSE, {part_of(sha256) for sha256 in blobs})
    afterwards(lambda: _promote_again(list(by_digest.values())))
    if copies.has_replica():
        # Known ones, too: their bytes may have been disposed of, and are needed again. After the
        # lock, so that whoever takes such a blob out of the queue has done so, or sees ours.
        queued = [Uncopied(blob_id=sha256) for sha256 in blobs]
        afterwards(lambda: insert(queued, ignore_conflicts=True))
    return blobs


def _promote_again(named: Sequence[Staged]) -> None:
    """Promote what a sweep has taken away between its promotion and its naming.

    Threat. A store, or what stands before it, that says it has taken bytes and has not: its word
    is not taken twice, and no row names what is not there.
    """
    by_address = {address(staged.digest.sha256): staged for staged in named}
    gone = storage().absent(by_address)
    if not gone:
        return
    promote_all([by_address[name] for name in gone])
    if still := storage().absent(gone):
        raise VaultUnavailable(
            f"The store of the vault says that it has taken {still[0]}, and does not have it. "
            "Nothing counts as saved; look at the store and at what stands before it."
        )


def receive(chunks: Iterable[bytes], *, limit: int | None = None) -> Blob:
    """Take a stream into the vault and return its blob: staged, promoted and named in one call."""
    staged = stage(chunks, limit=limit)
    try:
        promote(staged)
        with transaction.atomic():
            return name([staged])[staged.digest.sha256]
    finally:
        staged.discard()


def open_blob(sha256: str) -> Any:
    """Open the bytes of a digest for reading, as a seekable binary file."""
    return storage().open(address(sha256), "rb")


def read(sha256: str, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes from `start` up to `stop` of a blob. `Corrupt` when it ends too early."""
    return _all_of(sha256, stop - start, storage().read(address(sha256), start, stop))


def _all_of(sha256: str, left: int, chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        left -= len(chunk)
        yield chunk
    if left:
        raise Corrupt(f"Blob {sha256} ended {left} bytes early. Restore it from a copy.")


@dataclass(frozen=True, slots=True)
class Reading:
    """A blob's bytes as the writer of a package asks for them, who may thus see what comes next."""

    sha256: str

    def __call__(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `stop`."""
        return read(self.sha256, start, stop)


Read = Callable[[int, int], Iterator[bytes]]


def read_ahead(wanted: Iterable[tuple[Read, int, int]]) -> Iterator[Iterator[bytes]]:
    """Yield what each reader gives of its range, in order, while the next ones are on their way.

    Only blobs of a remote vault are fetched ahead, in bounded memory; take each before the next.
    """
    if not storage().is_remote:
        for reader, start, stop in wanted:
            yield reader(start, stop)
        return
    plan: deque[tuple[Read, int, int]] = deque()

    def blobs() -> Iterator[tuple[str, int, int]]:
        for reader, start, stop in wanted:
            plan.append((reader, start, stop))
            if isinstance(reader, Reading):
                yield address(reader.sha256), start, stop

    with contextlib.closing(storage().read_many(blobs())) as streams:
        stream = None
        while True:
            if not plan:
                stream = next(streams, None)  # looks further in `wanted`, too
            if not plan:
                return
            reader, start, stop = plan.popleft()
            if not isinstance(reader, Reading):
                yield reader(start, stop)
                continue
            yield _all_of(reader.sha256, stop - start, stream or next(streams))
            stream = None


def read_checked(blob: Blob, start: int, stop: int) -> Iterator[bytes]:
    """Yield a part of a blob; for the whole of it, hash on the way and hold back the last piece.

    `Corrupt` before the last bytes leave when they are not those that were recorded, so that a
    download of an altered file never completes. A part cannot be checked; its reader can.
    """
    if (start, stop) != (0, blob.size):
        yield from read(blob.sha256, start, stop)
        return
    digester, held = Digester(), b""
    for chunk in read(blob.sha256, start, stop):
        digester.update(chunk)
        if held:
            yield held
        held = chunk
    found = digester.digest().sha256
    if found != blob.sha256:
        raise Corrupt(f"Blob {blob.sha256} holds other bytes: {found}. Restore it from a copy.")
    if held:
        yield held


def verify(blob: Blob) -> Digest:
    """Read a blob back whole and return its digest. `Corrupt` when it is not what was recorded."""
    digester = Digester()
    try:
        with open_blob(blob.sha256) as file:
            while chunk := file.read(CHUNK):
                digester.update(chunk)
    except FileNotFoundError as error:
        raise Corrupt(f"Blob {blob.sha256} is not in the vault. Restore it from a copy.") from error
    found = digester.digest()
    if found != Digest(blob.sha256, blob.crc32, blob.size):
        raise Corrupt(f"Blob {blob.sha256} holds other bytes: {found.sha256}, {found.size} bytes.")
    return found


def ready() -> None:
    """Raise what is wrong when the vault cannot take bytes at the moment."""
    staged = stage([b"ready"])
    staged.discard()
    storage().exists(address("0" * 64))


# --- Sweeping -----------------------------------------------------------------------------------


_AT_ONCE = 500  # names that are asked about in one go
Awaited = Callable[[Collection[str]], Collection[str]]
"""Gives those of some digests that somebody has uploaded directly and may still attest."""


def _unnamed(awaited: Awaited | None) -> Iterator[str]:
    """Yield the names in the vault that no row names and nobody waits for, in order."""
    names = storage().names("blobs/sha256/")
    while some := list(islice(names, _AT_ONCE)):
        digests = [name.rsplit("/", 1)[-1] for name in some]
        named = set(Blob.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
        named |= set(awaited(digests)) if awaited else set()
        for name, digest in zip(some, digests, strict=True):
            if digest not in named:
                yield name


def _delete_if_unnamed(target: str, awaited: Awaited | None = None) -> bool:
    """Remove one object unless a row names it, and hold out meanwhile whoever wants to name it.

    Takes the name as a writer does and gives it up again: who is naming the bytes makes us wait,
    and who comes after waits for us, finds the object gone in `name`, and promotes again. Needs no
    more than the right to insert, and stops nobody who names other bytes.
    """
    sha256 = target.rsplit("/", 1)[-1]
    if not _SHA256.fullmatch(sha256):
        storage().delete(target)  # half of a copy that a crash cut short: no row can name it
        return True
    try:
        with transaction.atomic():
            Blob.objects.create(sha256=sha256, size=0, crc32=0)
            is_awaited = bool(awaited and awaited([sha256]))
            if not is_awaited:
                storage().delete(target)
            transaction.set_rollback(True)
    except IntegrityError:
        return False  # it has been named since
    return not is_awaited


def sweep(
    *,
    older_than: datetime.timedelta,
    spared: staging.Spared | None = None,
    awaited: Awaited | None = None,
) -> tuple[int, int]:
    """Remove what was staged, or promoted, and never named. Returns (staged, promoted) counts.

    Only what is older than `older_than` is touched: younger bytes may belong to a report that is
    under way. Give it more time than the longest upload takes. `spared` names staged files, and
    `awaited` digests, that somebody waits for.
    """
    removed = staging.sweep(older_than=older_than.total_seconds(), spared=spared)
    horizon = timezone.now() - older_than
    orphans = 0
    for target in _unnamed(awaited):
        # Another sweep may have been faster.
        with contextlib.suppress(FileNotFoundError):
            if storage().get_modified_time(target) < horizon:
                orphans += _delete_if_unnamed(target, awaited)
    if storage().is_remote:
        removed += storage().sweep(older_than)
    return removed, orphans

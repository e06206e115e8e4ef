"""The replica: a second vault that follows the first, and never takes bytes that are not right.

Whoever names a blob queues it in the same transaction (`evidence.vault.store.name`), so a blob
whose transaction commits late is not passed over, as a cursor over times or keys would. What was
recorded while there was no replica is queued by a round over all blobs (`part`), the first one by
itself and later ones when they are asked for.

A copy is hashed on its way and compared with the row; what differs is a finding, and not copied.
Copying twice does no harm: both vaults are written once.
"""

import contextlib
import datetime
import time
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Sum
from django.utils import timezone

from evidence import locks
from evidence.errors import Corrupt, Retained, VaultUnavailable
from evidence.findings import Finding
from evidence.models import Blob
from evidence.vault import copies, rounds, scrub, scrubbing, store
from evidence.vault.copies import Copy, Watch
from evidence.vault.digest import Digest
from evidence.vault.rounds import LEASE, RENEWED_EVERY, Part, Wait
from evidence.vault.rows import Closing, Round, Uncopied
from evidence.vault.scrubbing import Disposed, nothing_disposed

FILL = "fill replica"
COUNTED = 10_000
"""Blobs that wait are counted up to here: the queue of a new replica may hold all of them."""

_AT_ONCE = 32
_LONGEST = datetime.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the replica is behind: blobs and their bytes, at most `COUNTED`, and since when."""

    blobs: int
    bytes: int
    since: datetime.datetime | None
    is_filled: bool

    @property
    def is_capped(self) -> bool:
        """Tell whether there are more than were counted."""
        return self.blobs >= COUNTED


@dataclass
class Copied:
    """What a turn has done: blobs and bytes copied, findings, and what the store said."""

    blobs: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    unavailable: VaultUnavailable | None = None


def lag() -> Lag:
    """Return how far the replica is behind."""
    first = Uncopied.objects.order_by("pk").select_related("blob")[:COUNTED]
    counted = Blob.objects.filter(pk__in=first.values("blob")).aggregate(bytes=Sum("size"))
    oldest = Uncopied.objects.order_by("pk").values_list("blob__received_at", flat=True).first()
    return Lag(
        blobs=Uncopied.objects.order_by("pk")[:COUNTED].count(),
        bytes=counted["bytes"] or 0,
        since=oldest,
        is_filled=rounds.last_ended(FILL) is not None,
    )


def part(round: Round) -> int | Wait | None:
    """Queue what the replica lacks of the next blobs of a round; None when the round is over.

    Looks for files of the right size. That their bytes are right is for scrubbing to say.
    """
    taken = rounds.take(round)
    if not isinstance(taken, Part):
        return taken
    try:
        refuse_if_lost()
        target = copies.storage(Copy.REPLICA)
        lacking, said = [], time.monotonic()
        for row in taken.blobs:
            if copies.size_in(target, copies.address(row["sha256"])) != row["size"]:
                lacking.append(row["sha256"])
            if time.monotonic() - said > RENEWED_EVERY:
                rounds.renew(taken)
                said = time.monotonic()
        queue(lacking)
    except BaseException:
        rounds.give_back(taken)
        raise
    rounds.done(taken, blobs=len(taken.blobs), size=0, findings=0)
    return len(lacking)


def queue(digests: Collection[str]) -> None:
    """Queue blobs that have rows, those that wait already excepted."""
    with transaction.atomic():
        locks.exclusive("queue", FILL)
        known = set(Uncopied.objects.filter(blob__in=digests).values_list("blob_id", flat=True))
        fresh = [Uncopied(blob_id=sha256) for sha256 in digests if sha256 not in known]
        Uncopied.objects.bulk_create(fresh, ignore_conflicts=True)


def refuse_if_lost() -> None:
    """Return if the replica may be written; `VaultUnavailable` if it had blobs and is not there.

    Else the copies would fill the folder where its disk should be mounted.
    """
    try:
        copies.refuse_if_away(copies.storage(Copy.REPLICA))
    except VaultUnavailable:
        waiting = Uncopied.objects.filter(blob=OuterRef("pk"))
        had_some = rounds.last_ended(FILL) and Blob.objects.filter(~Exists(waiting)).exists()
        if had_some:
            raise


def turn(
    pool: ThreadPoolExecutor,
    *,
    watch: Watch,
    disposed: Disposed = nothing_disposed,
) -> Copied | None:
    """Copy the next blobs of the queue, several at once. None when none is due.

    What fails stays in the queue and is tried again later, less and less often.
    """
    refuse_if_lost()
    waiting = _take(_AT_ONCE)
    if not waiting:
        return None
    copied = Copied()
    going: dict[Future[None], Uncopied] = {}
    try:
        for row in waiting:
            if not _forget_if_disposed(row, disposed):
                going[pool.submit(_copy, _digest(row.blob), watch)] = row
        for future in _ending(going):
            _settle(future, going.pop(future), copied, disposed)
    except BaseException:
        for future in going:
            future.cancel()
        wait(going)
        _give_back(going.values())
        raise
    return copied


def _forget_if_disposed(row: Uncopied, disposed: Disposed) -> bool:
    """Erase a blob from the replica, and from the queue, if its evidence was disposed of.

    Holds off whoever names the same bytes meanwhile: they queue the blob after us, or we see that
    they need it.
    """
    if not disposed([row.blob_id]):
        return False
    with transaction.atomic():
        locks.exclusive_part(store.PURPOSE, store.part_of(row.blob_id))
        if not disposed([row.blob_id]):
            return False
        # A store may keep it for a time of its own. `manage.py sweep` asks again.
        with contextlib.suppress(FileNotFoundError, Retained):
            copies.storage(Copy.REPLICA).erase(copies.address(row.blob_id))
        Uncopied.objects.filter(pk=row.pk).delete()
    return True


def _take(count: int) -> list[Uncopied]:
    """Take the blobs that are due, so that other workers leave them alone for a while."""
    with transaction.atomic():
        locks.exclusive("replicate", FILL)
        now = timezone.now()
        due = Uncopied.objects.filter(due_at__lte=now).order_by("due_at", "pk")
        rows = list(due.select_related("blob")[:count])
        Uncopied.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=now + LEASE)
        return rows


def _give_back(rows: Collection[Uncopied]) -> None:
    Uncopied.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=timezone.now())


def _ending(going: dict[Future[None], Uncopied]) -> Iterator[Future[None]]:
    """Yield each copy as it ends; say meanwhile that the others are still going on."""
    while going:
        ended, _ = wait(going, timeout=RENEWED_EVERY, return_when=FIRST_COMPLETED)
        left = [row.pk for row in going.values()]
        Uncopied.objects.filter(pk__in=left).update(due_at=timezone.now() + LEASE)
        yield from ended


def _copy(recorded: Digest, watch: Watch) -> None:
    """Copy one blob from the vault to the replica. Runs in a thread and asks no database."""
    source, target = copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA)
    copies.transfer(source, target, recorded.sha256, watch, recorded)


def _settle(future: Future[None], row: Uncopied, copied: Copied, disposed: Disposed) -> None:
    """Take a copied blob out of the queue, or note why it is not copied and when it is due."""
    try:
        future.result()
    except VaultUnavailable as error:
        copied.unavailable = error
        _give_back([row])
        return
    except (Corrupt, OSError) as error:
        _later(row)
        findings = _found(row.blob, disposed)
        copied.findings += findings
        if not findings:  # neither copy is to blame: a full disk, say
            copied.troubles.append(f"{row.blob_id}: {error}")
        return
    except BaseException:
        _give_back([row])
        raise
    copied.blobs += 1
    copied.bytes += row.blob.size
    scrubbing.close(Copy.REPLICA, [row.blob_id], Closing.RESTORED)
    # Disposed of while its copy was on its way, it would stay behind.
    if not _forget_if_disposed(row, disposed):
        Uncopied.objects.filter(pk=row.pk).delete()


def _later(row: Uncopied) -> None:
    delay = min(LEASE * 2 ** min(row.tries, 20), _LONGEST)
    Uncopied.objects.filter(pk=row.pk).update(
        tries=F("tries") + 1 if row.tries < 1000 else row.tries, due_at=timezone.now() + delay
    )


def _found(blob: Blob, disposed: Disposed) -> list[Finding]:
    """Return and keep what is wrong with the copies of a blob that could not be copied."""
    row = {"sha256": blob.sha256, "size": blob.size, "crc32": blob.crc32}
    findings = []
    for copy in Copy:
        found = scrub.check(row, where=copy)
        if found is None or disposed([blob.sha256]):
            continue
        if found.kind == "missing":
            if copy is Copy.REPLICA:  # it waits for its copy
                continue
            copies.refuse_if_away(copies.storage(copy))
        scrubbing.keep(copy, [found])
        findings.append(found)
    return findings


def _digest(blob: Blob) -> Digest:
    return Digest(blob.sha256, blob.crc32, blob.size)

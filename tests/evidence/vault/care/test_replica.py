"""The replica gets every blob, however late it commits, and never bytes that are not right."""

import datetime
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from evidence.errors import VaultUnavailable
from evidence.models import Blob
from evidence.vault import copies, replica, rounds, staging, store
from evidence.vault.copies import Copy, unwatched
from evidence.vault.pace import Stopped
from evidence.vault.replica import Copied
from evidence.vault.rows import Closing, ScrubFinding, Uncopied
from evidence.vault.scrubbing import Disposed, nothing_disposed
from tests import pairs
from tests.pairs import Pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """The threads that copy."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def drain(pool: ThreadPoolExecutor, disposed: Disposed = nothing_disposed) -> Copied:
    """Copy what is due; return what was done in all."""
    total = Copied()
    while (copied := replica.turn(pool, watch=unwatched, disposed=disposed)) is not None:
        total.blobs += copied.blobs
        total.findings += copied.findings
        total.troubles += copied.troubles
        if copied.unavailable is not None:
            raise copied.unavailable
    return total


def fill() -> None:
    """Go through all blobs and queue what the replica lacks."""
    round = rounds.begin(replica.FILL, anew=True)
    while replica.part(round) is not None:
        pass


def due_now() -> None:
    Uncopied.objects.update(due_at=timezone.now())


def test_what_is_named_is_copied(pair: Pair, pool: ThreadPoolExecutor) -> None:
    blobs = pairs.blobs(10)
    assert replica.lag().blobs == 10
    assert drain(pool).blobs == 10
    for blob in blobs:
        assert pair.bytes_of(blob, Copy.REPLICA) == pair.bytes_of(blob)
    assert replica.lag().blobs == 0


def test_a_transaction_that_is_undone_queues_nothing() -> None:
    staged = store.stage([b"undone"])
    store.promote(staged)
    with transaction.atomic():
        store.name([staged])
        transaction.set_rollback(True)
    assert not Uncopied.objects.exists()


def test_without_a_replica_nothing_is_queued() -> None:
    store.receive([b"one copy is enough"])
    assert not Uncopied.objects.exists()


def test_what_was_there_before_the_replica_is_found(pair: Pair, pool: ThreadPoolExecutor) -> None:
    blobs = pairs.blobs(5)
    Uncopied.objects.all().delete()
    assert not replica.lag().is_filled
    fill()
    assert replica.lag().is_filled and replica.lag().blobs == 5
    assert drain(pool).blobs == 5
    pair.lose(blobs[0], Copy.REPLICA)
    pair.damage(blobs[1], b"cut", Copy.REPLICA)
    fill()
    assert replica.lag().blobs == 2


def test_altered_bytes_are_a_finding_and_not_copied(pair: Pair, pool: ThreadPoolExecutor) -> None:
    altered, whole = pairs.blobs(2)
    good = pair.bytes_of(altered)
    pair.damage(altered, bytes(len(good)))
    done = drain(pool)
    assert done.blobs == 1 and [found.id for found in done.findings] == [altered.sha256]
    assert [row.vault for row in ScrubFinding.objects.open()] == ["vault"]
    with pytest.raises(FileNotFoundError):
        pair.bytes_of(altered, Copy.REPLICA)
    assert pair.bytes_of(whole, Copy.REPLICA) == pair.bytes_of(whole)
    # Once somebody put it right it is copied.
    pair.damage(altered, good)
    due_now()
    assert drain(pool).blobs == 1
    assert pair.bytes_of(altered, Copy.REPLICA) == good


def test_what_fails_is_tried_again_less_and_less_often(
    two_folders: Pair, pool: ThreadPoolExecutor
) -> None:
    [blob] = pairs.blobs(1)
    two_folders.damage(blob, b"altered")
    delays = []
    for _ in range(12):
        due_now()
        drain(pool)
        delays.append(Uncopied.objects.get().due_at - timezone.now())
    assert delays[0] < delays[3] < delays[6]
    assert delays[-1] < datetime.timedelta(hours=6)
    assert ScrubFinding.objects.count() == 1


def test_a_replica_that_holds_other_bytes_is_named(pair: Pair, pool: ThreadPoolExecutor) -> None:
    [blob] = pairs.blobs(1)
    pair.damage(blob, b"cut", Copy.REPLICA)
    done = drain(pool)
    assert done.blobs == 0 and len(done.findings) == 1
    assert [row.vault for row in ScrubFinding.objects.open()] == ["replica"]


def test_a_full_disk_is_trouble_and_no_finding(
    two_folders: Pair, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs.blobs(1)

    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staging, "stage", full)
    done = drain(pool)
    assert done.findings == [] and "No space left" in done.troubles[0]
    assert replica.lag().blobs == 1


def test_an_unmounted_replica_is_not_filled_anew(
    two_folders: Pair, pool: ThreadPoolExecutor
) -> None:
    pairs.blobs(2)
    fill()
    drain(pool)
    root = Path(two_folders.replica.url.removeprefix("file://"))
    shutil.rmtree(root)
    pairs.blobs(1)
    with pytest.raises(VaultUnavailable, match="mount it"):
        drain(pool)
    assert not root.exists()
    assert replica.lag().blobs == 1


def test_disposed_evidence_leaves_the_replica(pair: Pair, pool: ThreadPoolExecutor) -> None:
    [blob] = pairs.blobs(1)
    disposed: set[str] = set()

    def dispose_while_it_is_copied(digests: Any) -> set[str]:
        try:
            return disposed & set(digests)
        finally:
            disposed.add(blob.sha256)

    if "locked" in repr(pair):
        return
    locked = getattr(copies.storage(Copy.REPLICA), "lock", "none") != "none"
    assert drain(pool, dispose_while_it_is_copied).findings == []
    assert not Uncopied.objects.exists()
    if locked:  # until its lock ends, when `sweep` asks again
        assert pair.bytes_of(blob, Copy.REPLICA)
    else:
        with pytest.raises(FileNotFoundError):
            pair.bytes_of(blob, Copy.REPLICA)


def test_disposed_bytes_that_are_reported_again_are_copied_again(
    two_folders: Pair, pool: ThreadPoolExecutor
) -> None:
    blob = store.receive([b"again"])
    drain(pool)
    for copy in Copy:
        two_folders.lose(blob, copy)
    assert store.receive([b"again"]).pk == blob.pk
    assert drain(pool).blobs == 1
    assert two_folders.bytes_of(blob, Copy.REPLICA) == b"again"


def test_what_is_interrupted_is_due_at_once(two_folders: Pair, pool: ThreadPoolExecutor) -> None:
    pairs.blobs(5)

    def stop(size: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        replica.turn(pool, watch=stop)
    assert drain(pool).blobs == 5


def test_a_copy_closes_what_was_missed(two_folders: Pair, pool: ThreadPoolExecutor) -> None:
    [blob] = pairs.blobs(1)
    ScrubFinding.objects.create(blob=blob, vault="replica", kind="missing", reason="It was lost.")
    drain(pool)
    assert ScrubFinding.objects.get().repair.how == Closing.RESTORED


@pytest.mark.django_db(transaction=True)
def test_a_blob_that_commits_late_is_not_passed_over(
    two_folders: Pair, pool: ThreadPoolExecutor
) -> None:
    """The older one commits after a newer one was copied: no cursor has passed over it."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer at a time: transactions commit in their order.")
    named, may_commit = threading.Event(), threading.Event()
    staged = store.stage([b"late"])
    store.promote(staged)

    def name_and_wait() -> None:
        try:
            with transaction.atomic():
                store.name([staged])
                named.set()
                may_commit.wait(30)
        finally:
            connection.close()

    late = threading.Thread(target=name_and_wait)
    late.start()
    assert named.wait(30)
    pairs.blobs(1)
    assert drain(pool).blobs == 1
    may_commit.set()
    late.join()
    assert drain(pool).blobs == 1
    assert two_folders.replica.read(copies.address(staged.digest.sha256)) == b"late"


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_copy_each_blob_once(two_folders: Pair) -> None:
    blobs = pairs.blobs(150)
    counts: list[int] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with ThreadPoolExecutor(2) as pool:
                counts.append(drain(pool).blobs)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert sum(counts) == 150 and not Uncopied.objects.exists()
    for blob in blobs:
        assert two_folders.bytes_of(blob, Copy.REPLICA) == two_folders.bytes_of(blob)


@pytest.mark.django_db(transaction=True)
def test_writers_and_disposals_side_by_side_leave_no_named_blob_uncopied(
    two_folders: Pair,
) -> None:
    """One content is disposed of and reported again, over and over, while a worker copies."""
    data, stop = b"disposed of and reported again", threading.Event()
    failures: list[BaseException] = []
    kept: set[str] = set()

    def work() -> None:
        try:
            with ThreadPoolExecutor(2) as pool:
                while not stop.is_set():
                    drain(pool, lambda digests: set(digests) - kept)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    for _ in range(40):
        kept.clear()
        staged = store.stage([data])
        store.promote(staged)
        with transaction.atomic():
            blob: Blob = store.name([staged])[staged.digest.sha256]
            kept.add(blob.sha256)
        staged.discard()
    stop.set()
    worker.join()
    assert failures == []
    with ThreadPoolExecutor(2) as pool:
        drain(pool)
    assert two_folders.bytes_of(blob, Copy.REPLICA) == data

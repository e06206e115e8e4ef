"""Sweeping removes what nothing names, when it is old, and never what something names."""

import datetime
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from evidence.models import Blob
from evidence.vault import local, store

NOW = datetime.timedelta(0)
AN_HOUR = datetime.timedelta(hours=1)


def promoted(data: bytes, *, age: float = 60) -> Path:
    """Leave behind what a crash between promotion and commit leaves."""
    staged = store.stage([data])
    path = Path(store.storage().path(store.promote(staged)))
    staged.discard()
    os.utime(path, (time.time() - age, time.time() - age))
    return path


@pytest.mark.django_db
def test_an_orphan_goes_when_it_is_old_enough() -> None:
    orphan = promoted(b"nobody names me", age=1800)
    assert store.sweep(older_than=AN_HOUR) == (0, 0)
    assert orphan.exists()
    assert store.sweep(older_than=NOW) == (0, 1)
    assert not orphan.exists()
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_what_is_named_stays_however_old_it_is() -> None:
    blob = store.receive([b"I am evidence"])
    path = Path(store.storage().path(store.address(blob.sha256)))
    os.utime(path, (0, 0))
    assert store.sweep(older_than=NOW) == (0, 0)
    assert not store._delete_if_unnamed(store.address(blob.sha256))
    store.verify(blob)


@pytest.mark.django_db
def test_half_of_a_copy_goes_too() -> None:
    orphan = promoted(b"x")
    half = orphan.with_name(f".{orphan.name}.123.456")
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    assert store.sweep(older_than=NOW) == (0, 2)
    assert not half.exists() and not orphan.exists()


@pytest.mark.django_db
def test_an_empty_vault_is_swept_in_no_time() -> None:
    assert store.sweep(older_than=NOW) == (0, 0)


@pytest.mark.django_db
def test_bytes_swept_between_promotion_and_naming_are_promoted_again() -> None:
    staged = store.stage([b"slow report"])
    store.promote(staged)
    store.storage().delete(store.address(staged.digest.sha256))
    with transaction.atomic():
        blob = store.name([staged])[staged.digest.sha256]
    store.verify(blob)


@pytest.mark.parametrize("moment", ["_is_link_of", "_check"])
def test_bytes_swept_while_they_are_compared_are_placed_again(
    moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.promote(store.stage([b"same"]))
    staged = store.stage([b"same"])
    compare = getattr(local, moment)
    swept: list[Any] = []

    def sweep_first(target: Any, *others: Any) -> Any:
        if not swept:
            swept.append(target)
            Path(target).unlink()
        return compare(target, *others)

    monkeypatch.setattr(local, moment, sweep_first)
    target = store.promote(staged)
    assert swept
    assert store.storage().open(target).read() == b"same"


def test_staged_bytes_that_are_gone_are_not_waited_for() -> None:
    store.promote(store.stage([b"same"]))
    staged = store.stage([b"same"])
    staged.path.unlink()
    with pytest.raises(FileNotFoundError):
        store.promote(staged)


@pytest.mark.django_db(transaction=True)
def test_writers_and_a_sweep_that_never_rests_lose_nothing() -> None:
    """All write the same few contents, so that each finds the others' and the sweeper's traces."""
    failures: list[BaseException] = []
    stop = threading.Event()

    def sweep() -> None:
        try:
            while not stop.is_set():
                for target in list(store.storage().names("blobs/")):
                    store._delete_if_unnamed(target)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    def write(writer: int) -> None:
        try:
            for number in range(25):
                blob = store.receive([b"content %d" % (number if writer % 2 else -number)])
                store.verify(blob)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    sweepers = [threading.Thread(target=sweep) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in [*sweepers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in sweepers:
        thread.join()
    assert failures == []
    assert Blob.objects.count() == 49
    for blob in Blob.objects.all():
        store.verify(blob)

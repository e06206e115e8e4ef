"""Sweeping beside reports of the same bytes: whoever wins, what is attested is in the vault."""

import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from evidence.models import Blob
from evidence.vault import store
from tests import vaults
from tests.plugins.world import World
from trails.models import Evidence

ROUNDS = 15


@pytest.fixture(autouse=True)
def _files_can_be_made_to_look_old(settings: Any, tmp_path: Path) -> None:
    vaults.local(settings, tmp_path)


def left_behind(data: bytes) -> Path:
    """Promotes bytes, long ago, for a report that never came to name them."""
    staged = store.stage([data])
    path = Path(store.storage().path(store.promote(staged)))
    staged.discard()
    old = time.time() - 50 * 3600
    os.utime(path, (old, old))
    return path


@pytest.mark.django_db
def test_bytes_swept_between_promotion_and_naming_are_promoted_again() -> None:
    path = left_behind(b"seen twice")
    staged = store.stage([b"seen twice"])
    try:
        store.promote(staged)  # finds the bytes in place, and leaves them as old as they are
        call_command("sweep", stdout=io.StringIO())
        assert not path.exists()
        with transaction.atomic():
            [blob] = store.name([staged]).values()
        assert path.exists()
    finally:
        staged.discard()
    store.verify(blob)


def test_reports_and_sweeps_side_by_side_lose_nothing(shared_world: World) -> None:
    workflow = shared_world.begin()
    start = threading.Barrier(4)

    def report(data: bytes) -> None:
        try:
            start.wait()
            shared_world.attest(workflow, files={"same.bin": data})
        finally:
            connection.close()

    def sweep(data: bytes) -> None:
        try:
            start.wait()
            call_command("sweep", stdout=io.StringIO())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for number in range(ROUNDS):
            data = b"round %d" % number
            left_behind(data)
            running: list[Any] = [pool.submit(act, data) for act in (report, sweep, report, sweep)]
            for future in running:
                future.result(timeout=60)

    assert Evidence.objects.count() == 2 * ROUNDS
    assert Blob.objects.count() == ROUNDS
    for blob in Blob.objects.all():
        assert store.verify(blob).size > 0

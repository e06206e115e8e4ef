"""What was disposed of leaves the vault with its last name, and nothing else ever does."""

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from evidence.models import Blob
from evidence.vault import erasing as bytes_of
from evidence.vault import store
from tests.disposing import retain
from tests.past import days_ago
from tests.plugins.world import World
from trails import erasing
from trails.actions.disposals import dispose_of_evidence
from trails.models import Evidence, Trail, Workflow

ROUNDS = 12


def is_there(data: bytes) -> bool:
    return bool(store.storage().exists(store.address(sha256(data).hexdigest())))


def old(world: World, id: str, *files: bytes, trail: Trail | None = None) -> Workflow:
    """Begin a workflow that has had these files for 40 days."""
    with days_ago(40):
        workflow = world.begin(id, trail)
        world.attest(workflow, files={f"{n}.log": data for n, data in enumerate(files)})
    return workflow


def dispose(world: World, workflow: Workflow) -> None:
    dispose_of_evidence(
        actor=world.actor("owner"),
        workflow=workflow,
        up_to=1,
        reason="Retention has ended.",
        confirm=workflow.name,
    )


@pytest.fixture
def kept(shared_world: World) -> World:
    """The world, whose trails keep evidence for 30 days."""
    for trail in (shared_world.public, shared_world.private):
        retain(shared_world, trail, 30)
    return shared_world


def test_the_bytes_go_and_the_row_stays(kept: World) -> None:
    dispose(kept, old(kept, "run-1", b"one", b"two"))
    assert not is_there(b"one")
    assert not is_there(b"two")
    assert Blob.objects.count() == 2


def test_bytes_that_another_file_has_stay_until_that_one_goes(kept: World) -> None:
    first = old(kept, "run-1", b"shared", b"own")
    second = old(kept, "run-2", b"shared", trail=kept.private)
    dispose(kept, first)
    assert (is_there(b"shared"), is_there(b"own")) == (True, False)
    dispose(kept, second)
    assert not is_there(b"shared")


def test_the_list_of_evidence_stays_with_its_statement(kept: World) -> None:
    many = [b"%d" % n for n in range(700)]
    workflow = old(kept, "run-1", *many)
    listing = workflow.attestations.get().evidence_list
    dispose(kept, workflow)
    erasing.finish()  # what a person did not wait for
    assert listing is not None
    store.verify(listing)
    assert not is_there(b"699")


def test_what_is_attested_again_comes_back(kept: World) -> None:
    workflow = old(kept, "run-1", b"one")
    dispose(kept, workflow)
    kept.attest(workflow, files={"one.log": b"one"})
    assert is_there(b"one")
    erasing.finish()
    assert is_there(b"one")
    assert [row.attestation.number for row in Evidence.objects.kept()] == [2]


def test_a_sweep_removes_what_a_crash_has_left(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disposal is committed, and the process has ended before it removed anything."""
    monkeypatch.setattr(erasing, "erase_for_a_while", lambda digests: None)
    dispose(kept, old(kept, "run-1", b"one", b"two"))
    old(kept, "run-2", b"three")
    assert is_there(b"one")
    out = io.StringIO()
    call_command("sweep", stdout=out)
    assert "Removed 2 files that were disposed of." in out.getvalue()
    assert (is_there(b"one"), is_there(b"two"), is_there(b"three")) == (False, False, True)
    out = io.StringIO()
    call_command("sweep", stdout=out)
    assert "disposed" not in out.getvalue()


def test_a_sweep_removes_what_a_failed_report_brought_back(kept: World) -> None:
    dispose(kept, old(kept, "run-1", b"one"))
    staged = store.stage([b"one"])
    store.promote(staged)
    staged.discard()
    assert is_there(b"one")
    erasing.finish()
    assert not is_there(b"one")


def test_reports_beside_disposals_of_the_same_bytes_lose_nothing(kept: World) -> None:
    start = threading.Barrier(4)
    target = kept.begin("target")

    def closing(act: Callable[..., object], *arguments: Any) -> None:
        try:
            start.wait(timeout=60)
            act(*arguments)
        finally:
            connection.close()

    def report(data: bytes) -> None:
        kept.attest(target, files={"same.bin": data})

    def sweep() -> None:
        for _ in range(3):
            erasing.finish()

    with ThreadPoolExecutor(4) as pool:
        for number in range(ROUNDS):
            data = b"round %d" % number
            doomed = old(kept, f"run-{number}", data)
            running = [
                pool.submit(closing, report, data),
                pool.submit(closing, dispose, kept, doomed),
                pool.submit(closing, report, data),
                pool.submit(closing, sweep),
            ]
            for future in running:
                future.result(timeout=120)

    assert Evidence.objects.kept().count() == 2 * ROUNDS
    for blob in Blob.objects.filter(pk__in=Evidence.objects.kept().values("blob")):
        store.verify(blob)


@pytest.mark.parametrize("first", ["report", "removal"])
def test_whoever_comes_first_the_other_waits_and_sees_it(
    kept: World, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two at the moment that matters: the bytes are looked for, and are about to go."""
    monkeypatch.setattr(erasing, "erase_for_a_while", lambda digests: None)
    dispose(kept, old(kept, "run-1", b"one"))
    target = kept.begin("target")
    reached, other_may_go = threading.Event(), threading.Event()

    where, name = (store, "_promote_again") if first == "report" else (bytes_of, "_remove")
    done: Any = getattr(where, name)

    def then_pause(what: Any) -> Any:
        found = done(what)
        reached.set()
        other_may_go.wait(timeout=2)  # the other one waits for the lock, so this ends by itself
        return found

    monkeypatch.setattr(where, name, then_pause)

    def report() -> None:
        try:
            kept.attest(target, files={"again.log": b"one"})
        finally:
            connection.close()

    def remove() -> None:
        try:
            erasing.finish()
        finally:
            connection.close()

    one, other = (report, remove) if first == "report" else (remove, report)
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(one)]
        assert reached.wait(timeout=60)
        running.append(pool.submit(other))
        for future in running:
            future.result(timeout=60)
        other_may_go.set()
    assert is_there(b"one")

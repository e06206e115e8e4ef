"""`manage.py retain`: a store with Object Lock keeps what retention and holds keep."""

import datetime
import io
from typing import Any

import pytest
from django.core.management import call_command

from evidence.errors import Retained
from evidence.vault import places, store
from evidence.vault.places import Credentials
from tests.disposing import retain
from tests.past import days_ago
from tests.plugins.s3 import S3
from tests.plugins.world import World
from trails import erasing, retaining
from trails.actions.disposals import dispose_of_evidence
from trails.actions.holds import place_hold, release_hold
from trails.models import Attestation, Workflow

DAY = datetime.timedelta(days=1)


def run(*arguments: str) -> str:
    """Run the command; return what it says."""
    out = io.StringIO()
    call_command("retain", *arguments, stdout=out)
    return out.getvalue()


def use(settings: Any, s3: S3, **options: Any) -> None:
    """Let this process have its vault in a bucket that can lock."""
    url = s3.url(s3.make_bucket(lock=True), **options)
    storage = places.parse(url).storage(Credentials(s3.access_key, s3.secret_key))
    settings.STORAGES = settings.STORAGES | {"vault": storage}


@pytest.fixture
def locked(world: World, s3: S3, settings: Any) -> World:
    """The world, whose vault is a bucket with Object Lock that keeps everything for a day."""
    use(settings, s3, lock="GOVERNANCE", retain_days=1)
    return world


def addresses(workflow: Workflow) -> list[str]:
    files = workflow.attestations.order_by("number", "evidence__position")
    return [store.address(sha256) for sha256 in files.values_list("evidence__blob", flat=True)]


def kept(workflow: Workflow) -> list[datetime.datetime | None]:
    return [store.storage().retained_until(name) for name in addresses(workflow)]


def is_held(name: str) -> bool:
    storage: Any = store.storage()
    head = storage.client.head_object(Bucket=storage.bucket, Key=storage.key(name))
    return bool(head.get("ObjectLockLegalHoldStatus") == "ON")


def hold(name: str, status: str) -> None:
    """Set or lift a legal hold past the application."""
    storage: Any = store.storage()
    storage.client.put_object_legal_hold(
        Bucket=storage.bucket, Key=storage.key(name), LegalHold={"Status": status}
    )


def end(attestation: Attestation, days: int) -> datetime.datetime:
    return attestation.at + days * DAY


def test_a_vault_without_a_lock_is_asked_for_nothing(world: World) -> None:
    retain(world, world.public, 30)
    world.attest(world.begin(), files={"a.log": b"one"})
    said = run()
    if getattr(store.storage(), "lock", "none") == "none":
        assert "has no lock" in said


def test_what_is_there_is_kept_to_its_end_and_longer_when_that_is_extended(locked: World) -> None:
    workflow = locked.begin()
    first = locked.attest(workflow, files={"a.log": b"one", "b.log": b"two"})
    assert all(until and until < end(first, 2) for until in kept(workflow))
    for days in (30, 60):
        retain(locked, locked.public, days)
        assert "The store keeps 2 of 2 files." in run()
        assert all(until and until >= end(first, days) for until in kept(workflow))
    longest = kept(workflow)
    retain(locked, locked.public, 20)
    run()
    assert kept(workflow) == longest


def test_what_has_reached_its_end_is_asked_for_no_more(locked: World) -> None:
    workflow = locked.begin()
    locked.attest(workflow, files={"a.log": b"one"})
    retain(locked, locked.public, 30)
    with days_ago(-31):
        assert [page.blobs for page in retaining.apply()] == [0]


def test_a_hold_is_set_and_lifted(locked: World) -> None:
    workflow, other = locked.begin(), locked.begin("run-2")
    locked.attest(workflow, files={"a.log": b"one", "b.log": b"shared"})
    locked.attest(other, files={"b.log": b"shared", "c.log": b"three"})
    own, shared, foreign = [*addresses(workflow), addresses(other)[1]]
    owner = locked.actor("owner")
    holds = [
        place_hold(actor=owner, trail=locked.public, workflow=one, reason="Case 4711.")
        for one in (workflow, other)
    ]
    run()
    assert [is_held(name) for name in (own, shared, foreign)] == [True, True, True]
    release_hold(actor=owner, hold=holds[0], reason="Closed.", confirm="run-1")
    run()
    assert [is_held(name) for name in (own, shared, foreign)] == [False, True, True]
    with pytest.raises(Retained, match="legal hold"):
        store.storage().erase(shared)


def test_an_attestation_is_kept_at_once(
    locked: World, django_capture_on_commit_callbacks: Any
) -> None:
    retain(locked, locked.public, 30)
    workflow = locked.begin()
    with django_capture_on_commit_callbacks(execute=True):
        made = locked.attest(workflow, files={"a.log": b"one"})
    [until] = kept(workflow)
    assert until is not None
    assert until >= end(made, 30)


def test_a_round_goes_on_where_it_was_and_leaves_out_what_is_told(locked: World) -> None:
    retain(locked, locked.public, 30)
    with days_ago(0.5):
        old = locked.attest(locked.begin(), files={"a.log": b"one"})
    new = locked.attest(locked.begin("run-2"), files={"b.log": b"two"})
    assert [page.blobs for page in retaining.apply()] == [2]
    assert [page.blobs for page in retaining.apply(after=old.pk)] == [1]
    assert [page.last for page in retaining.apply(after=old.pk)] == [new.pk]
    with days_ago(-1):  # tomorrow, when nothing has changed but time
        now = datetime.datetime.now(datetime.UTC) + DAY
        assert [page.blobs for page in retaining.apply(since=now)] == []
        retain(locked, locked.public, 60)
        assert [page.blobs for page in retaining.apply(since=now)] == [2]


def test_what_was_disposed_of_waits_for_the_lock_of_the_store(
    world: World, s3: S3, settings: Any
) -> None:
    """Somebody has set a lock on an object that we did not ask for."""
    use(settings, s3)
    with days_ago(40):
        workflow = world.begin()
        world.attest(workflow, files={"a.log": b"one"})
    retain(world, world.public, 30)
    [name] = addresses(workflow)
    hold(name, "ON")
    dispose_of_evidence(
        actor=world.actor("owner"), workflow=workflow, up_to=1, reason="Over.", confirm="run-1"
    )
    out = io.StringIO()
    call_command("sweep", stdout=out)
    assert "still keeps 1 files that were disposed of" in out.getvalue()
    hold(name, "OFF")
    assert erasing.finish().gone == 1
    assert not store.storage().exists(name)

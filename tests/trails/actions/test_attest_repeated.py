"""A report that comes twice is recorded once; a new one is never taken for an old one."""

import datetime
from typing import Any

import pytest

from evidence.models import Record
from evidence.vault import store
from tests.plugins.world import World
from trails.actions.attestations import Made, Report, Upload, attest
from trails.errors import Conflict, Invalid
from trails.models import Attestation, Workflow

WINDOW = datetime.timedelta(minutes=15)


def report(
    world: World,
    workflow: Workflow,
    *,
    person: str = "writer",
    file: bytes = b"whoami",
    name: str = "a.log",
    key: str | None = None,
    window: datetime.timedelta | None = None,
    **fields: Any,
) -> Made:
    said: dict[str, Any] = {"step": "user-identity", "is_compliant": True} | fields
    staged = store.stage([file])
    try:
        return attest(
            actor=world.actor(person),
            workflow=workflow,
            report=Report(**said),
            uploads=[Upload(name, staged)],
            idempotency_key=key,
            retry_window=window,
        )
    finally:
        staged.discard()


def test_the_same_report_under_the_same_key_is_the_same_attestation(world: World) -> None:
    workflow = world.begin()
    first = report(world, workflow, key="deploy-7", user_data="{}")
    report(world, workflow, key="deploy-8")
    records = Record.objects.count()
    again = report(world, workflow, key="deploy-7", user_data="{}")
    assert (again.attestation, again.created) == (first.attestation, False)
    assert first.created
    assert Record.objects.count() == records
    workflow.status.refresh_from_db()
    assert workflow.status.attestations == 2


@pytest.mark.parametrize(
    "change",
    [
        {"step": "command-logs"},
        {"is_compliant": False},
        {"is_compliant": None},
        {"description": "other"},
        {"file": b"whoami\n"},
        {"name": "b.log"},
        {"user_data": ""},
        {"user_data": "{}"},
        {"external": [{"uri": "https://a.example"}]},
        {"occurred_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)},
    ],
    ids=str,
)
def test_another_report_under_the_same_key_is_a_conflict(
    change: dict[str, Any], world: World
) -> None:
    workflow = world.begin()
    first = report(world, workflow, key="deploy-7")
    with pytest.raises(Conflict) as refused:
        report(world, workflow, key="deploy-7", **change)
    assert str(first.attestation.pk) in refused.value.message
    assert refused.value.field == "Idempotency-Key"
    # And without a key, it is never taken for the old one.
    assert report(world, workflow, window=WINDOW, **change).created


def test_a_key_belongs_to_one_caller_and_one_workflow(world: World) -> None:
    one, two = world.begin("run-1"), world.begin("run-2")
    made = [
        report(world, one, key="k"),
        report(world, two, key="k"),
        report(world, one, key="k", person="owner"),
    ]
    assert all(each.created for each in made)
    assert Attestation.objects.count() == 3


@pytest.mark.parametrize("key", ["", "  ", "a\nb", "a\x00b", "x" * 256, "a\u200bb"])
def test_a_key_that_is_no_key_is_refused(key: str, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        report(world, world.begin(), key=key)
    assert refused.value.field == "Idempotency-Key"


def test_without_a_key_only_the_newest_of_its_step_counts_as_repeated(world: World) -> None:
    workflow = world.begin()
    first = report(world, workflow, window=WINDOW)
    again = report(world, workflow, window=WINDOW)
    assert (again.attestation, again.created) == (first.attestation, False)
    report(world, workflow, is_compliant=False)
    assert report(world, workflow, window=WINDOW).created, "it says that things changed back"


def test_without_a_window_nothing_counts_as_repeated(world: World) -> None:
    workflow = world.begin()
    assert report(world, workflow).created
    assert report(world, workflow).created
    assert report(world, workflow, window=datetime.timedelta(0)).created
    assert report(world, workflow, person="owner", window=WINDOW).created

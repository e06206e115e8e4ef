"""A legal hold keeps evidence until somebody releases it, and both are recorded."""

import pytest

from evidence.ledger import statement
from tests.plugins.world import World
from trails.actions.holds import place_hold, release_hold
from trails.errors import Conflict, Invalid
from trails.models import Activity, Hold


def placed(world: World, *, whole: bool = False) -> Hold:
    """Place a hold on a workflow, or on its whole trail."""
    workflow = None if whole else world.begin()
    return place_hold(
        actor=world.actor("owner"), trail=world.public, workflow=workflow, reason="Case 4711."
    )


def test_a_hold_is_in_force_for_its_workflow_alone(world: World) -> None:
    hold = placed(world)
    other = world.begin("run-2")
    assert hold.workflow is not None
    assert list(Hold.objects.in_force().on(hold.workflow)) == [hold]
    assert not Hold.objects.in_force().on(other).exists()


def test_a_hold_on_a_trail_is_in_force_for_all_its_workflows(world: World) -> None:
    hold = placed(world, whole=True)
    assert list(Hold.objects.in_force().on(world.begin("run-2"))) == [hold]
    assert not Hold.objects.in_force().on(world.begin("run-3", world.private)).exists()


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_recorded_says_what_why_and_who(world: World, whole: bool) -> None:
    hold = placed(world, whole=whole)
    name = world.public.name if whole else "run-1"
    release = release_hold(
        actor=world.actor("owner"), hold=hold, reason="Case closed.", confirm=name
    )
    subject = f"acme/{world.public.name}" + ("" if whole else "/run-1")
    said = [statement.parse(bytes(row.record.body)) for row in (hold, release)]
    assert [s["subject"][0]["name"] for s in said] == [subject] * 2
    assert [s["predicate"]["verb"] for s in said] == ["hold-placed", "hold-released"]
    scope = "trail" if whole else "workflow"
    assert said[0]["predicate"]["details"] == {
        "hold": str(hold.pk), "reason": "Case 4711.", "scope": scope,
    }  # fmt: skip
    assert said[1]["predicate"]["details"] == {"hold": str(hold.pk), "reason": "Case closed."}
    assert said[1]["predicate"]["by"]["name"] == "Owner"
    assert Activity.objects.filter(record__in=[hold.record, release.record]).count() == 2
    assert not Hold.objects.in_force().exists()


def test_it_is_released_once_by_whoever_types_its_name(world: World) -> None:
    hold = placed(world)
    owner = world.actor("owner")
    with pytest.raises(Invalid, match="Type the name of the workflow, run-1"):
        release_hold(actor=owner, hold=hold, reason="Closed.", confirm="run-2")
    release_hold(actor=owner, hold=hold, reason="Closed.", confirm="run-1")
    with pytest.raises(Conflict, match="released by Owner on"):
        release_hold(actor=owner, hold=hold, reason="Closed.", confirm="run-1")


@pytest.mark.parametrize("reason", ["", " \n", "a" * 2001, "a\x00"])
def test_a_hold_needs_a_reason_that_can_be_read(world: World, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        place_hold(actor=world.actor("owner"), trail=world.public, workflow=None, reason=reason)
    assert refused.value.field == "reason"
    assert not Hold.objects.exists()

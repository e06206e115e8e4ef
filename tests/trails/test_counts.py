"""How many workflows are in each state is known without counting them, and is the truth."""

from typing import Any

import pytest

from tests.anomalies.crowds import all_well, at_once
from tests.plugins.world import STEPS, World
from trails import lookups
from trails.actions import counting
from trails.actions.attestations import Report, attest
from trails.actions.workflows import begin_workflow
from trails.counts import counts_of
from trails.models import StateCount, WorkflowStatus
from trails.words import WorkflowState


def truth(world: World) -> dict[str, int]:
    """Return the counts of the public trail by counting."""
    statuses = WorkflowStatus.objects.filter(trail=world.public)
    return {state: statuses.filter(state=state).count() for state in WorkflowState.values}


def counts(world: World) -> dict[str, int]:
    return counts_of([world.public])[world.public.pk]


def test_a_trail_without_workflows_has_none_in_any_state(world: World) -> None:
    assert counts(world) == {"incomplete": 0, "compliant": 0, "non-compliant": 0}


def test_a_workflow_moves_from_state_to_state(world: World) -> None:
    workflow = world.begin("one")
    world.begin("two")
    assert counts(world) == {"incomplete": 2, "compliant": 0, "non-compliant": 0}
    world.attest(workflow, is_compliant=False)
    assert counts(world) == {"incomplete": 1, "compliant": 0, "non-compliant": 1}
    for step in STEPS:
        world.attest(workflow, step)
    assert counts(world) == {"incomplete": 1, "compliant": 1, "non-compliant": 0}


def test_what_changes_no_state_writes_no_count(world: World) -> None:
    workflow = world.begin("one")
    rows = StateCount.objects.count()
    world.attest(workflow)
    begin_workflow(actor=world.actor("writer"), trail=world.public, id="one")
    assert StateCount.objects.count() == rows


def test_many_trails_are_counted_by_one_query(world: World, django_assert_num_queries: Any) -> None:
    world.begin("one", world.private)
    with django_assert_num_queries(1):
        found = counts_of([world.public, world.private])
    assert found[world.private.pk]["incomplete"] == 1
    assert found[world.public.pk]["incomplete"] == 0


def test_rows_are_added_up_now_and_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        world.begin(f"run-{number}")
    world.attest(world.begin("last"), is_compliant=False)
    before = counts(world)
    assert StateCount.objects.count() == 12
    counting.fold(world.public.pk)
    assert StateCount.objects.count() == 2
    assert counts(world) == before == truth(world)


@pytest.mark.django_db(transaction=True)
def test_an_act_whose_turn_it_is_adds_up_after_its_commit(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        shared_world.begin(f"run-{number}")
    monkeypatch.setattr(counting, "FOLDED_EVERY", 1)
    shared_world.begin("last")
    assert StateCount.objects.get().change == 6


@pytest.mark.django_db(transaction=True)
def test_a_failure_to_add_up_fails_no_report(
    shared_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(trail: Any) -> None:
        raise RuntimeError("no space left")

    monkeypatch.setattr(counting, "FOLDED_EVERY", 1)
    monkeypatch.setattr(counting, "fold", fail)
    shared_world.begin("run")
    assert "no space left" in caplog.text
    assert counts(shared_world) == truth(shared_world)


def test_counting_again_mends_what_was_spoilt(world: World) -> None:
    world.attest(world.begin("one"), is_compliant=False)
    world.begin("two", world.private)
    StateCount.objects.update(change=7)
    counting.recount()
    assert counts(world) == truth(world) == {"incomplete": 0, "compliant": 0, "non-compliant": 1}
    assert StateCount.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_after_a_crowd_the_counts_are_the_truth(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody begins, attests and adds up at once, and two count everything again meanwhile."""
    monkeypatch.setattr(counting, "FOLDED_EVERY", 2)
    for number in range(4):
        shared_world.begin(f"run-{number}")

    def act(number: int) -> None:
        if number in (5, 15):
            counting.recount()
            return
        actor = shared_world.actor("writer")
        begin_workflow(actor=actor, trail=shared_world.public, id=f"new-{number}")
        for turn in range(4):
            name = f"run-{(number + turn) % 4}"
            workflow = lookups.workflow(actor, "acme", shared_world.public.name, name)
            verdict = (True, False, None)[(number + turn) % 3]
            attest(actor=actor, workflow=workflow, report=Report(STEPS[turn % 3], verdict))

    all_well(at_once(20, act))
    assert counts(shared_world) == truth(shared_world)
    counting.fold(shared_world.public.pk)
    assert counts(shared_world) == truth(shared_world)
    assert sum(counts(shared_world).values()) == 22

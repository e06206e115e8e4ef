"""What the first page tells of many trails: what presses, waits, is stale or is new."""

import datetime
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.plugins.world import STEPS, World
from tests.trails.search.finding import told
from trails.actors import STRANGER
from trails.models import Trail, Workflow, WorkflowStatus
from trails.web.overview import latest, pressing, stale, waiting

SOON = datetime.timedelta(milliseconds=-60_000)  # what began just now is older than that


def trails(world: World) -> QuerySet[Trail]:
    return Trail.objects.filter(organization=world.acme)


def names(statuses: list[WorkflowStatus]) -> list[str]:
    return [status.workflow.name for status in statuses]


def attest_steps(world: World, workflow: Workflow, number: int) -> Workflow:
    """Attest so many of the three required steps."""
    for step in STEPS[:number]:
        world.attest(workflow, step)
    return workflow


def test_what_waits_is_incomplete_with_one_step_left(world: World) -> None:
    for done in range(4):
        attest_steps(world, world.begin(f"done-{done}"), done)
    attest_steps(world, world.begin("other", world.private), 2)
    refused = attest_steps(world, world.begin("refused"), 2)
    world.attest(refused, STEPS[0], is_compliant=False)
    assert names(waiting(trails(world), 10)) == ["other", "done-2"]
    assert names(waiting(trails(world), 1)) == ["other"]


def test_the_number_of_missing_steps_is_kept(world: World) -> None:
    workflow = world.begin("run")
    assert workflow.status.missing == 3
    for step, left in (("unexpected", 3), (STEPS[1], 2), (STEPS[1], 2), (STEPS[0], 1)):
        world.attest(workflow, step)
        assert WorkflowStatus.objects.get(pk=workflow.pk).missing == left


def test_what_is_stale_is_incomplete_and_old_the_oldest_first(world: World) -> None:
    for number in range(3):
        world.begin(f"run-{number}", world.private if number == 1 else world.public)
    attest_steps(world, world.begin("complete"), 3)
    assert names(stale(trails(world), 10, older_than=SOON)) == ["run-0", "run-1", "run-2"]
    assert names(stale(trails(world), 2, older_than=SOON)) == ["run-0", "run-1"]
    assert stale(trails(world), 10) == []


def test_what_presses_is_what_is_not_compliant(world: World) -> None:
    attest_steps(world, world.begin("complete"), 3)
    world.attest(world.begin("refused"), is_compliant=False)
    world.begin("begun", world.private)
    assert names(pressing(trails(world), 10)) == ["begun", "refused"]


def test_the_newest_events_of_all_trails_come_together(world: World) -> None:
    one = world.begin("one")
    two = world.begin("two", world.private)
    for _ in range(3):
        world.attest(one)
        world.attest(two)
    every = ["two/3", "one/3", "two/2", "one/2", "two/1", "one/1", "two", "one"]
    writer = world.actor("writer")
    for limit in (1, 2, 5, 20):
        assert [told(hit) for hit in latest(writer, trails(world), limit)] == every[:limit]
    alone = trails(world).filter(pk=world.private.pk)
    assert [told(hit) for hit in latest(writer, alone, 3)] == ["two/3", "two/2", "two/1"]


def test_a_stranger_sees_nothing_of_a_private_trail_even_if_it_is_asked_for(world: World) -> None:
    world.begin("one")
    world.begin("two", world.private)
    assert [told(hit) for hit in latest(STRANGER, trails(world), 5)] == ["one"]


def test_without_events_there_is_nothing_new(world: World) -> None:
    assert latest(world.actor("writer"), trails(world), 5) == []


@pytest.mark.parametrize("many", [1, 8])
def test_queries_do_not_grow_with_what_there_is(
    world: World, many: int, django_assert_num_queries: Any
) -> None:
    for number in range(many):
        attest_steps(world, world.begin(f"run-{number}"), 2)
    writer = world.actor("writer")
    for ask, queries in ((pressing, 2), (waiting, 2), (stale, 1)):
        with django_assert_num_queries(queries):
            for status in ask(trails(world), 10):
                assert (status.workflow.name, status.trail.subject) != ("", "")
    with django_assert_num_queries(3):
        for hit in latest(writer, trails(world), 10):
            assert hit.workflow.subject.startswith("acme/")

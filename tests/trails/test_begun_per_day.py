"""How many workflows were begun each day: by their ids, and a day that is over only once."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from evidence.models import Record
from tests.plugins.world import World
from trails.counts import begun_per_day, first_id
from trails.models import Workflow, WorkflowStatus

DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_is_kept(db: None) -> None:
    cache.clear()


def begin_at(world: World, moment: datetime.datetime, number: int) -> None:
    """Begin a workflow as it was begun then: with an id of that moment."""
    like = world.begin(f"like-{number}", world.private)
    id = uuid.UUID(int=first_id(moment).int | 0x7 << 76 | 0x8 << 60 | number)
    record = Record(
        log=world.acme.log, predicate_type="x", body=b"", sha256="0" * 64, leaf_hash=f"{number:064}"
    )
    record.save()
    workflow = Workflow(
        pk=id, trail=world.public, version=like.version, name=f"run-{number}", at=moment,
        record=record, by_kind="system", by_id="", by_name="",
    )  # fmt: skip
    workflow.save()
    WorkflowStatus.objects.create(workflow=workflow, trail=world.public, state="incomplete")


def test_each_day_has_its_number_and_today_is_the_last(world: World) -> None:
    today = timezone.now().astimezone(datetime.UTC).date()
    midnight = datetime.datetime.combine(today, datetime.time(), datetime.UTC)
    moments = [
        midnight,
        midnight - datetime.timedelta(milliseconds=1),
        midnight - DAY,
        midnight - 5 * DAY,
        midnight - 29 * DAY,
        midnight - 29 * DAY - datetime.timedelta(milliseconds=1),
    ]
    for number, moment in enumerate(moments):
        begin_at(world, moment, number)
    world.begin("now")
    found = begun_per_day(world.public)
    assert [day for day, _ in found] == [today - n * DAY for n in reversed(range(30))]
    counted = {(today - day).days: number for day, number in found if number}
    assert counted == {0: 2, 1: 2, 5: 1, 29: 1}


def test_a_day_that_is_over_is_counted_once_and_today_each_time(
    world: World, django_assert_max_num_queries: Any
) -> None:
    begin_at(world, timezone.now() - 3 * DAY, 1)
    first = begun_per_day(world.public)
    world.begin("now")
    begin_at(world, timezone.now() - 3 * DAY, 2)  # which no real id can be any more
    with django_assert_max_num_queries(2):
        again = begun_per_day(world.public)
    assert again[:-1] == first[:-1]
    assert again[-1][1] == first[-1][1] + 1


def test_trails_are_kept_apart(world: World) -> None:
    world.begin("one")
    assert begun_per_day(world.private, days=7)[-1][1] == 0
    assert begun_per_day(world.public, days=7)[-1][1] == 1


def test_fewer_days_after_more_and_more_after_fewer(world: World) -> None:
    begin_at(world, timezone.now() - 20 * DAY, 1)
    assert len(begun_per_day(world.public, days=7)) == 7
    assert sum(number for _, number in begun_per_day(world.public, days=30)) == 1
    assert sum(number for _, number in begun_per_day(world.public, days=7)) == 0

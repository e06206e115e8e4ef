"""How many workflows a trail has in each state, and how many were begun each day. Reads only.

No page counts the rows of a table that grows: states are kept count of as they change
(`trails.actions.counting`), and a day that is over is counted once.
"""

import datetime
import uuid
from collections.abc import Iterable

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.utils import timezone

from trails.models import StateCount, Trail, WorkflowStatus
from trails.words import WorkflowState

KEPT_DAYS = 40
_SECONDS_OF_A_DAY = 86_400


def counts_of(trails: Iterable[Trail]) -> dict[uuid.UUID, dict[str, int]]:
    """Return how many workflows of each trail are in each state, by one query."""
    counts = {trail.pk: dict.fromkeys(WorkflowState.values, 0) for trail in trails}
    rows = StateCount.objects.filter(trail__in=list(counts)).order_by()
    for trail, state, number in rows.values_list("trail_id", "state").annotate(Sum("change")):
        counts[trail][state] = number
    return counts


def begun_per_day(trail: Trail, days: int = 30) -> list[tuple[datetime.date, int]]:
    """Return how many workflows were begun on each of the last days (UTC), the oldest day first.

    Days that are over are kept in the cache, all of a trail under one key; of today, and what is
    not there, a range of the index of statuses is counted by one query.
    """
    today = timezone.now().astimezone(datetime.UTC).date()
    wanted = [today - datetime.timedelta(days=ago) for ago in reversed(range(days))]
    key = f"begun:{trail.pk.hex}"
    kept: dict[datetime.date, int] = cache.get(key) or {}
    missing = [day for day in wanted if day == today or day not in kept]
    counted = _count(trail, missing)
    fresh = {day: number for day, number in counted.items() if day != today}
    if fresh:
        first = today - datetime.timedelta(days=KEPT_DAYS)
        still = {day: number for day, number in kept.items() if day >= first}
        cache.set(key, still | fresh, KEPT_DAYS * _SECONDS_OF_A_DAY)
    every = kept | counted
    return [(day, every[day]) for day in wanted]


def _count(trail: Trail, days: list[datetime.date]) -> dict[datetime.date, int]:
    """Count the workflows that were begun on each of these days, which are in order."""
    numbers = {
        f"d{place}": Count(
            "pk",
            filter=Q(workflow__gte=first_id(day), workflow__lt=first_id(_next(day))),
        )
        for place, day in enumerate(days)
    }
    found = WorkflowStatus.objects.filter(
        trail=trail, workflow__gte=first_id(days[0]), workflow__lt=first_id(_next(days[-1]))
    ).aggregate(**numbers)
    return {day: found[f"d{place}"] for place, day in enumerate(days)}


def _next(day: datetime.date) -> datetime.date:
    return day + datetime.timedelta(days=1)


def first_id(moment: datetime.date) -> uuid.UUID:
    """Return the smallest id that can be made on a day or at a moment (UUIDv7, RFC 9562 §5.7)."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time(), datetime.UTC)
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80)

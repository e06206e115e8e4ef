"""Keeps count of how many workflows of each trail are in each state, for `trails.counts` to read.

Every act that changes a state writes what changes; nobody waits for anybody. Now and then the rows
of a trail are added up, so that there are a few hundred of them at most.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count

from evidence.writing import delete, insert
from trails.models import StateCount

logger = logging.getLogger(__name__)

# One act in so many adds up the rows of its trail afterwards.
FOLDED_EVERY = 128
_AT_ONCE = 2000


def changes(trail: uuid.UUID, before: str | None, after: str) -> list[StateCount]:
    """Return what changes, not yet saved, when a workflow of a trail comes into a state."""
    if before == after:
        return []
    rows = [StateCount(trail_id=trail, state=after, change=1)]
    if before is not None:
        rows.append(StateCount(trail_id=trail, state=before, change=-1))
    return rows


def fold_now_and_then(trail: uuid.UUID, act: uuid.UUID) -> None:
    """See to it that the act with this id, if it is its turn, adds up rows after its commit.

    The last bits of our ids are random.
    """
    if act.int % FOLDED_EVERY == 0:
        transaction.on_commit(partial(_fold_quietly, trail))


def _fold_quietly(trail: uuid.UUID) -> None:
    try:
        fold(trail)
    # Whatever it is. The report is committed: an error now would make its sender send it again.
    except Exception as error:
        logger.exception("Adding up the counts of trail %s failed: %s", trail, error)


@transaction.atomic
def fold(trail: uuid.UUID) -> None:
    """Put one row for each state in place of the rows of a trail that nobody else adds up."""
    rows = list(
        StateCount.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        .filter(trail=trail)
        .order_by("pk")[:_AT_ONCE]
    )
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.state] += row.change
    if len(rows) <= len(sums):
        return
    delete(StateCount, [row.pk for row in rows])
    insert([StateCount(trail_id=trail, state=state, change=n) for state, n in sums.items() if n])


@transaction.atomic
def recount(get_model: Callable[[str, str], Any] = apps.get_model) -> None:
    """Count every workflow again, and put that in place of what is there.

    On PostgreSQL acts that change a state wait meanwhile; SQLite has one writer at a time anyway. A
    migration passes the models of its moment in history.
    """
    counts = get_model("trails", "StateCount")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # After this lock, all that was changed is committed together with its rows.
            cursor.execute(f'LOCK TABLE "{counts._meta.db_table}" IN EXCLUSIVE MODE')
    counts.objects.all().delete()
    counts.objects.bulk_create(_counted(get_model("trails", "WorkflowStatus"), counts), 1000)


def _counted(statuses: Any, counts: Any) -> Iterator[Any]:
    groups = statuses.objects.order_by().values_list("trail_id", "state").annotate(Count("pk"))
    for trail, state, number in groups.iterator():
        yield counts(trail_id=trail, state=state, change=number)

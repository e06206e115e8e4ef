"""What is going on in trails, for the first page. Bounded work per trail, no counting."""

import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, UUIDField
from django.utils import timezone

from trails.actors import Actor
from trails.counts import first_id
from trails.models import SearchText, Trail, WorkflowStatus
from trails.search.find import Hit, hits_of
from trails.words import WorkflowState

STALE_AFTER = datetime.timedelta(days=7)
# How many workflows of each kind are looked at in each trail.
_PER_TRAIL = 5
_PRESSING = (WorkflowState.NON_COMPLIANT, WorkflowState.INCOMPLETE)


def pressing(
    trails: QuerySet[Trail], limit: int, states: Sequence[str] = _PRESSING
) -> list[WorkflowStatus]:
    """Return the newest workflows of the trails that are non-compliant or incomplete."""
    picks = [_of_trail(state=state).order_by("-workflow") for state in states]
    return _statuses(sorted(_first(trails, picks, _PER_TRAIL), reverse=True)[:limit])


def waiting(trails: QuerySet[Trail], limit: int) -> list[WorkflowStatus]:
    """Return the newest incomplete workflows of which one required step is missing."""
    one_left = _of_trail(state=WorkflowState.INCOMPLETE, missing=1).order_by("-workflow")
    return _statuses(sorted(_first(trails, [one_left], _PER_TRAIL), reverse=True)[:limit])


def stale(
    trails: QuerySet[Trail], limit: int, older_than: datetime.timedelta = STALE_AFTER
) -> list[WorkflowStatus]:
    """Return the incomplete workflows that began longest ago, the oldest first."""
    begun_before = first_id(timezone.now() - older_than)
    old = _of_trail(state=WorkflowState.INCOMPLETE, workflow__lt=begun_before)
    return _statuses(sorted(_first(trails, [old.order_by("workflow")], _PER_TRAIL))[:limit])


def latest(actor: Actor, trails: QuerySet[Trail], limit: int) -> list[Hit]:
    """Return the newest events of the trails: workflows that were begun, and attestations.

    Only the trails whose newest events are the newest of all can have a part in it.
    """
    events = SearchText.objects.filter(trail=OuterRef("pk")).order_by("-pk")
    newest = Subquery(events.values("pk")[:1], output_field=BigIntegerField())
    with_events = trails.order_by().annotate(event=newest).filter(event__isnull=False)
    chosen = list(with_events.order_by("-event").values_list("pk", flat=True)[:limit])
    numbers: list[int] = []
    if len(chosen) == 1:
        own = SearchText.objects.filter(trail=chosen[0]).order_by("-pk")
        numbers = list(own.values_list("pk", flat=True)[:limit])
    elif chosen:
        columns = _columns(events.values("pk"), limit, BigIntegerField())
        found = Trail.objects.filter(pk__in=chosen).annotate(**columns).values_list(*columns)
        numbers = sorted((n for row in found for n in row if n is not None), reverse=True)[:limit]
    return hits_of(actor, numbers)


def _of_trail(**conditions: Any) -> QuerySet[WorkflowStatus]:
    return WorkflowStatus.objects.filter(trail=OuterRef("pk"), **conditions)


def _first(
    trails: QuerySet[Trail], picks: Iterable[QuerySet[WorkflowStatus]], each: int
) -> set[uuid.UUID]:
    """Return the first few workflows of each pick in each trail, by one query.

    Each place is a walk of an index, so that a trail with a million workflows costs what one with
    ten costs.
    """
    columns: dict[str, Any] = {}
    for number, pick in enumerate(picks):
        places = _columns(pick.values("workflow"), each, UUIDField())
        columns |= {f"{name}_{number}": place for name, place in places.items()}
    rows = trails.annotate(**columns).values_list(*columns)
    return {id for row in rows for id in row if id is not None}


def _columns(values: QuerySet[Any, Any], each: int, field: Any) -> dict[str, Subquery]:
    """Return an annotation for each of the first places in the order of a query of one column."""
    return {
        f"place_{place}": Subquery(values[place : place + 1], output_field=field)
        for place in range(each)
    }


def _statuses(ids: Sequence[uuid.UUID]) -> list[WorkflowStatus]:
    found = WorkflowStatus.objects.select_related("workflow", "trail__organization").in_bulk(ids)
    return [found[id] for id in ids]

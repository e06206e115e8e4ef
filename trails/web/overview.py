"""Trails as lists show them, each with its newest workflow. Bounded work per trail, no counting."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, UUIDField

from trails.models import Trail, WorkflowStatus
from trails.words import WorkflowState

# How many workflows of each pressing state are looked at in each trail.
_PRESSING_PER_TRAIL = 5
_PRESSING = (WorkflowState.NON_COMPLIANT, WorkflowState.INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Summary:
    """A trail and the verdict over its newest workflow, None when there is none."""

    trail: Trail
    newest: WorkflowStatus | None


def summaries(trails: QuerySet[Trail]) -> list[Summary]:
    """Return the trails with their newest workflow, by two queries whatever their number."""
    newest = WorkflowStatus.objects.filter(trail=OuterRef("pk")).order_by("-workflow")
    place = newest.values("workflow")[:1]
    found = list(
        trails.select_related("organization", "current").annotate(
            newest=Subquery(place, output_field=UUIDField())
        )
    )
    ids = [getattr(trail, "newest") for trail in found]  # noqa: B009  annotated above
    statuses = WorkflowStatus.objects.select_related("workflow").in_bulk([i for i in ids if i])
    return [Summary(trail, statuses.get(id)) for trail, id in zip(found, ids, strict=True)]


def pressing(trails: QuerySet[Trail], limit: int) -> list[WorkflowStatus]:
    """Return the newest workflows of the trails that are non-compliant or incomplete.

    A few of each state are found per trail through the index of states, so that a trail with a
    million workflows costs what one with ten costs.
    """
    places = [(state, place) for state in _PRESSING for place in range(_PRESSING_PER_TRAIL)]
    columns: dict[str, Any] = {
        f"{state.name}_{place}": Subquery(
            WorkflowStatus.objects.filter(trail=OuterRef("pk"), state=state)
            .order_by("-workflow")
            .values("workflow")[place : place + 1],
            output_field=UUIDField(),
        )
        for state, place in places
    }
    ids: set[uuid.UUID] = set()
    for row in trails.annotate(**columns).values_list(*columns):
        ids.update(id for id in row if id is not None)
    newest = sorted(ids, reverse=True)[:limit]
    statuses = WorkflowStatus.objects.select_related("workflow", "trail__organization").in_bulk(
        newest
    )
    return [statuses[id] for id in newest]

"""Trails as lists show them: what they demand, how their workflows stand, what happened last."""

import datetime
from dataclasses import dataclass

from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery

from trails.counts import counts_of
from trails.models import SearchText, Trail
from trails.web.drawing import Share, shares


@dataclass(frozen=True, slots=True)
class Listed:
    """A trail with its number of workflows in each state and the time of its newest event."""

    trail: Trail
    shares: list[Share]
    last_at: datetime.datetime | None

    @property
    def total(self) -> int:
        """Return how many workflows the trail has."""
        return sum(share.number for share in self.shares)


def listed(trails: QuerySet[Trail]) -> list[Listed]:
    """Return the trails for a list, by two queries whatever their number."""
    events = SearchText.objects.filter(trail=OuterRef("pk")).order_by("-pk")
    newest = Subquery(events.values("at")[:1], output_field=DateTimeField())
    rows = list(trails.select_related("organization", "current").annotate(last_at=newest))
    counts = counts_of(rows)
    return [
        Listed(trail, shares(counts[trail.pk]), getattr(trail, "last_at"))  # noqa: B009  annotated
        for trail in rows
    ]

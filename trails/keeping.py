"""What the rows say of how long a workflow's evidence is kept. Reads only.

What follows from it is judged in `trails.retention`.
"""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from evidence.models import Blob
from trails import retention
from trails.counts import first_id
from trails.errors import Disposed
from trails.models import Attestation, Disposal, Evidence, Hold, Trail, TrailVersion, Workflow
from trails.retention import Due, Term


@dataclass(frozen=True, slots=True)
class Amount:
    """How many files, and their bytes."""

    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Ended:
    """Workflows with evidence to dispose of; `is_held` is true of those that a hold keeps.

    `last` is the one that was looked at last, if there are older ones.
    """

    workflows: list[Any]
    last: uuid.UUID | None


def terms_of(trail: uuid.UUID) -> list[Term]:
    """Return what each version of a trail asks for, in order of their numbers."""
    rows = TrailVersion.objects.filter(trail=trail).order_by("number")
    return [Term(at, days) for at, days in rows.values_list("at", "retention_days")]


def due_of(workflow: Workflow, terms: list[Term]) -> Due:
    """Return what of a workflow's evidence may be disposed of now, and when the next may."""
    after = workflow.disposed_up_to
    rows = workflow.attestations.filter(number__gt=after).order_by("number")
    times = rows.values_list("number", "at").iterator()
    return retention.due(times, terms, timezone.now())


def amount_up_to(workflow: Workflow, number: int) -> Amount:
    """Return how much there is to dispose of up to the attestation with this number."""
    found = Evidence.objects.filter(
        attestation__workflow=workflow,
        attestation__number__gt=workflow.disposed_up_to,
        attestation__number__lte=number,
    ).aggregate(files=Count("pk"), size=Sum("blob__size", default=0))
    return Amount(**found)


def ended(trail: Trail, *, before: uuid.UUID | None, looked_at: int) -> Ended:
    """Return workflows of a trail with evidence that has reached its end, newest first.

    Looks at so many workflows that began before one, and no further: of a trail with a million,
    most may be done with already.
    """
    terms = terms_of(trail.pk)
    if not terms or terms[-1].days is None:
        return Ended([], None)
    # No version asks for less than the newest, so nothing that began after this has ended.
    latest = first_id(timezone.now() - datetime.timedelta(days=terms[-1].days))
    rows = Workflow.objects.filter(trail=trail, pk__lt=min(latest, before or latest))
    done = Disposal.objects.filter(workflow=OuterRef("pk")).order_by("-up_to").values("up_to")[:1]
    rows = rows.annotate(done=Coalesce(Subquery(done), 0)).annotate(
        first_at=Subquery(_left().values("at")[:1]),
        file_at=Subquery(_left().filter(Exists(_FILES)).values("at")[:1]),
        is_held=Exists(Hold.objects.in_force().filter(_HELD)),
    )
    page = list(rows.order_by("-pk")[: looked_at + 1])
    now = timezone.now()
    found = [row for row in page[:looked_at] if _has_ended(row, terms, now)]
    return Ended(found, page[looked_at - 1].pk if len(page) > looked_at else None)


_FILES = Evidence.objects.filter(attestation=OuterRef("pk"))
_HELD = Q(trail=OuterRef("trail")) & (Q(workflow=None) | Q(workflow=OuterRef("pk")))


def _left() -> QuerySet[Attestation]:
    """Return the attestations of a workflow whose files are still there, the first one first."""
    rows: QuerySet[Attestation] = Attestation.objects.filter(
        workflow=OuterRef("pk"), number__gt=OuterRef("done")
    ).order_by("number")
    return rows


def _has_ended(row: Any, terms: list[Term], now: datetime.datetime) -> bool:
    if row.file_at is None:
        return False
    ends = [retention.kept_until(at, terms) for at in (row.first_at, row.file_at)]
    return all(end is not None and end <= now for end in ends)


def refuse_disposed(stone: Disposal | None, blob: Blob) -> None:
    """Return if nothing was disposed of; `Disposed` with what the tombstone says if it was.

    A reason is in the log, in packages, and in this text: everybody who may see the trail reads it.
    """
    if stone is not None:
        raise Disposed(
            f"This file was disposed of on {stone.at:%Y-%m-%d %H:%M} UTC by {stone.by_name}: "
            f"{stone.reason} Its SHA-256 was {blob.sha256}; its attestation stays.",
            by=stone.by_name,
            at=stone.at,
            reason=stone.reason,
            sha256=blob.sha256,
        )

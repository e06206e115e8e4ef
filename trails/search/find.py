"""Hits of a query among what an actor may see, newest first, by a bounded number of queries.

Threat. See `trails.search.engines`: the scope is a part of the match. Rows are held against
`visible` once more when they are fetched, so that a mistake there shows nothing either.
"""

import datetime
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection, transaction

from trails.actors import Actor
from trails.errors import Invalid
from trails.models import Attestation, Organization, SearchText, Trail, Workflow
from trails.models.trails import visible
from trails.paging import Page
from trails.search import engines
from trails.search.words import Query, mark_of

PUBLIC_TRAILS = 500
"""Of other organizations, the newest of which are searched together with one's own."""
MATCHES = 2000
"""Events of one trail that `workflow_ids` looks at."""
PATIENCE = 5
"""Seconds that PostgreSQL may search. SQLite walks its lists until it is done."""
_CANCELED = "57014"  # SQLSTATE query_canceled


@dataclass(frozen=True, slots=True)
class Hit:
    """An event that was found: an attestation, or the beginning of a workflow when that is None.

    `number` is the key of the next page. The workflow has its trail, organization, version and
    status with it.
    """

    number: int
    at: datetime.datetime
    workflow: Workflow
    attestation: Attestation | None


@dataclass(frozen=True, slots=True)
class Matches:
    """Workflows of a trail, that with the newest match first. `cut`: older matches are not told."""

    ids: list[uuid.UUID]
    cut: bool


def hits(
    actor: Actor,
    query: Query,
    *,
    organization: Organization | None = None,
    trail: Trail | None = None,
    before: int | None = None,
    limit: int,
) -> Page[Hit]:
    """Return what matches in all that the actor may see, in an organization, or in a trail."""
    scope = _scope(actor, organization, trail)
    if not scope:
        return Page([], more=False)
    rows = _matching(query, scope, "id", limit + 1, before=before, trail=trail)
    ids = [row[0] for row in rows[:limit]]
    return Page(hits_of(actor, ids), more=len(rows) > limit)


def hits_of(actor: Actor, numbers: Sequence[int]) -> list[Hit]:
    """Return the events of these numbers that the actor may see, newest first."""
    rows = (
        SearchText.objects.filter(visible(actor, "trail__"), pk__in=numbers)
        .select_related(
            *("workflow__trail__organization", "workflow__trail__current"),
            *("workflow__version", "workflow__status", "attestation"),
        )
        .defer("text")
        .order_by("-pk")
    )
    found = []
    for row in rows:
        if row.attestation is not None:
            row.attestation.workflow = row.workflow
        found.append(Hit(row.pk, row.at, row.workflow, row.attestation))
    return found


def workflow_ids(trail: Trail, query: Query) -> Matches:
    """Return the workflows of a trail, which the actor was let see, that the query matches."""
    scope = [mark_of("in", trail.pk)]
    rows = _matching(query, scope, "workflow_id", MATCHES + 1, trail=trail)
    distinct = dict.fromkeys(row[0] for row in rows[:MATCHES])
    ids = [id if isinstance(id, uuid.UUID) else uuid.UUID(id) for id in distinct]
    return Matches(ids, cut=len(rows) > MATCHES)


def _scope(actor: Actor, organization: Organization | None, trail: Trail | None) -> list[str]:
    """Return the marks, one of which what the actor may see here must have."""
    if trail is not None:
        seen = Trail.objects.visible_to(actor).filter(pk=trail.pk).exists()
        return [mark_of("in", trail.pk)] if seen else []
    own = actor.organization_ids
    others = Trail.objects.public()
    if organization is not None:
        if organization.pk in own:
            return [mark_of("org", organization.pk)]
        own, others = [], others.filter(organization=organization)
    public = others.exclude(organization__in=own).order_by("-pk").values_list("pk", flat=True)
    marks = [mark_of("org", id) for id in own]
    return marks + [mark_of("in", id) for id in public[:PUBLIC_TRAILS]]


def _matching(
    query: Query,
    scope: Sequence[str],
    column: str,
    limit: int,
    *,
    before: int | None = None,
    trail: Trail | None = None,
) -> list[tuple[Any, ...]]:
    """Return a column of the newest texts that match."""
    sql, values = engines.statement(
        connection, query, scope, column, limit, before=before, trail=trail.pk if trail else None
    )
    with patience(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@contextmanager
def patience() -> Iterator[None]:
    """Stop what the block asks of PostgreSQL after a while. `Invalid` then says what to do.

    The planner looks at the words each time: a plan for any words would be wrong for most. It has
    indexes for all of them; other processes and whole tables take long even to prepare.
    """
    if connection.vendor != "postgresql":
        yield
        return
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true), "
                    "set_config('plan_cache_mode', 'force_custom_plan', true), "
                    "set_config('enable_seqscan', 'off', true), "
                    "set_config('max_parallel_workers_per_gather', '0', true)",
                    [f"{PATIENCE}s"],
                )
            yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _CANCELED:
            raise
        raise Invalid(
            f"The search took longer than {PATIENCE} seconds. Add a word, or search in one trail.",
            field="q",
        ) from error

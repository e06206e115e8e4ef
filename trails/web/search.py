"""The page that finds: what a text names exactly, and events by their words.

Who sees what is decided by `trails.search`, which looks only among what the actor may see. What is
shown of a hit explains why it was found.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trails import lookups
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Invalid
from trails.models import Evidence, Organization, Trail, UserData
from trails.search import exact, find
from trails.search.find import Hit
from trails.search.words import DATA_READ, Query, parse, values
from trails.web.highlight import Piece, Sought, pieces
from trails.web.paging import Page, number_in
from trails.web.responses import page

HITS_SHOWN = 20
TEXT_LIMIT = 500
_ORGANIZATIONS = 50
_FILES = 100  # names of files of one attestation that are looked through
_SHOWN = 3  # fields of one hit
_KEY_DIGITS = 18
# In this order: each builds on those before it.
SCRIPTS = tuple(f"js/verify/{name}.js" for name in ("bytes", "sha256", "crc32", "source"))


@dataclass(frozen=True, slots=True)
class Result:
    """A hit, and the fields that hold what was looked for: a label and the text in pieces."""

    hit: Hit
    matched: list[tuple[str, list[Piece]]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where is searched: everywhere, in an organization, or in one of its trails."""

    organization: Organization | None = None
    trail: Trail | None = None

    @property
    def path(self) -> str:
        """Return the scope as the query string names it."""
        if self.organization is None:
            return ""
        return (
            f"{self.organization.name}/{self.trail.name}" if self.trail else self.organization.name
        )


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponseBase:
    """Show what `?q=` finds in `?in=<organization>` or `?in=<organization>/<trail>`."""
    actor = actor_of_session(request)
    scope = _scope(actor, request.GET.get("in", ""))
    before = number_in(request.GET, "before", _KEY_DIGITS)
    q = request.GET.get("q", "").strip()[:TEXT_LIMIT]
    context: dict[str, Any] = {
        "q": q,
        "scope": scope,
        "scopes": _scopes(actor, scope),
        "before": before,
        "scripts": SCRIPTS,
    }
    if not q:
        return page(request, "search.html", context)
    status = 200
    try:
        query = parse(q)
        hits = find.hits(
            actor,
            query,
            organization=scope.organization,
            trail=scope.trail,
            before=before,
            limit=HITS_SHOWN,
        )
        context |= {
            "exact": [] if before else _within(exact.matches(actor, q), scope),
            "results": Page(_explained(query, hits.rows), hits.more),
        }
    except Invalid as error:
        context["error"], status = error, 400
    return page(request, "search.html", context, status=status)


def _scope(actor: Actor, text: str) -> Scope:
    organization, _slash, trail = text.partition("/")
    if trail:
        found = lookups.trail(actor, organization, trail)
        return Scope(found.organization, found)
    return Scope(lookups.organization(actor, organization)) if organization else Scope()


def _scopes(actor: Actor, scope: Scope) -> list[str]:
    """Return the scopes to choose from: one's own organizations, and what is chosen now."""
    own = Organization.objects.filter(pk__in=actor.organization_ids).order_by("name")
    names = list(own.values_list("name", flat=True)[:_ORGANIZATIONS])
    if scope.organization is not None:
        names += [scope.organization.name, scope.path]
    return sorted(set(names))


def _within(matches: Iterable[exact.Match], scope: Scope) -> list[exact.Match]:
    return [
        match
        for match in matches
        if scope.organization in (None, match.workflow.trail.organization)
        and scope.trail in (None, match.workflow.trail)
    ]


def _explained(query: Query, hits: Sequence[Hit]) -> list[Result]:
    """Return the hits with what matched, by two queries whatever their number."""
    ids = [hit.attestation.pk for hit in hits if hit.attestation]
    data = dict(
        UserData.objects.filter(attestation__in=ids)
        .annotate(beginning=Substr("text", 1, DATA_READ))
        .values_list("pk", "beginning")
    )
    names: dict[uuid.UUID, list[str]] = {id: [] for id in ids}
    files = Evidence.objects.filter(attestation__in=ids, position__lte=_FILES)
    for id, name in files.order_by("attestation", "position").values_list("attestation_id", "name"):
        names[id].append(name)
    return [Result(hit, _matched(query, hit, data, names)[:_SHOWN]) for hit in hits]


def _matched(
    query: Query, hit: Hit, data: dict[uuid.UUID, str], names: dict[uuid.UUID, list[str]]
) -> list[tuple[str, list[Piece]]]:
    anywhere = Sought.anywhere(query)
    people, steps = Sought.among(query, query.people), Sought.among(query, query.steps)
    workflow, attestation = hit.workflow, hit.attestation
    if attestation is None:
        fields = [
            (_("Workflow"), [workflow.name], anywhere),
            (_("Description"), [workflow.description], anywhere),
            (_("Begun by"), [workflow.by_name], people),
        ]
    else:
        elsewhere = [text for link in attestation.external for text in (link["name"], link["uri"])]
        fields = [
            (_("Step"), [attestation.step], steps),
            (_("Description"), [attestation.description], anywhere),
            (_("Reported by"), [attestation.by_name], people),
            (_("Evidence"), names[attestation.pk], anywhere),
            (_("User data"), list(values(data.get(attestation.pk, ""))), anywhere),
            (_("Kept elsewhere"), elsewhere, anywhere),
        ]
    found = ((label, _first(texts, sought)) for label, texts, sought in fields)
    return [(label, marked) for label, marked in found if marked]


def _first(texts: Iterable[str], sought: Sought) -> list[Piece]:
    """Return the first of the texts that holds what was looked for, in pieces."""
    return next((marked for text in texts if (marked := pieces(text, sought))), [])

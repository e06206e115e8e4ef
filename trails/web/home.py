"""The first page: for a stranger what this is, for a member what is going on."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.models import Organization, Trail
from trails.permissions import Act, can
from trails.web.listing import listed
from trails.web.overview import latest, pressing, stale, waiting
from trails.web.paging import name_in, take
from trails.web.public import first_page
from trails.web.responses import page
from trails.words import WorkflowState

ORGANIZATIONS_SHOWN = 100
TRAILS_SHOWN = 100
PRESSING_SHOWN = 5
EVENTS_SHOWN = 12


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Show public organizations to a stranger, their own organizations to a member."""
    actor = actor_of_session(request)
    if actor.is_anonymous:
        return _for_stranger(request, actor)
    return _for_member(request, actor)


def _for_stranger(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    after = name_in(request.GET, "after")
    rows = Organization.objects.visible_to(actor).filter(name__gt=after).order_by("name")
    shown = take(rows[: ORGANIZATIONS_SHOWN + 1], ORGANIZATIONS_SHOWN)
    context = {**first_page(shown, is_first=not after), "after": after}
    return page(request, "home_stranger.html", context, public=True)


def _for_member(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    organizations = list(
        Organization.objects.filter(pk__in=actor.organization_ids).order_by("name")[
            :ORGANIZATIONS_SHOWN
        ]
    )
    trails = (
        Trail.objects.in_use()
        .filter(organization__in=organizations)
        .order_by("organization__name", "name")
    )
    found = take(listed(trails[: TRAILS_SHOWN + 1]), TRAILS_SHOWN)
    context = {
        "organizations": [
            {
                "organization": organization,
                "trails": [t for t in found.rows if t.trail.organization_id == organization.pk],
                "can_configure": can(actor, Act.CONFIGURE_TRAIL, organization),
            }
            for organization in organizations
        ],
        "more": found.more,
        **_going_on(actor, organizations, [item.trail for item in found.rows]),
    }
    return page(request, "home.html", context)


def _going_on(
    actor: Actor, organizations: list[Organization], trails: list[Trail]
) -> dict[str, Any]:
    """Return what needs somebody, each workflow once, and what happened last."""
    every = _among(trails)
    # A review is asked of those who may attest it.
    may_attest = {o.pk for o in organizations if can(actor, Act.ATTEST, o)}
    theirs = _among([trail for trail in trails if trail.organization_id in may_attest])
    one_left = waiting(theirs, PRESSING_SHOWN)
    told = {status.pk for status in one_left}
    # As many more as may have been told already.
    old = stale(every, PRESSING_SHOWN + len(told))
    return {
        "refused": pressing(every, PRESSING_SHOWN, [WorkflowState.NON_COMPLIANT]),
        "waiting": one_left,
        "stale": [status for status in old if status.pk not in told][:PRESSING_SHOWN],
        "events": latest(actor, every, EVENTS_SHOWN),
    }


def _among(trails: list[Trail]) -> QuerySet[Trail]:
    return Trail.objects.filter(pk__in=[trail.pk for trail in trails])

"""The first page: for a stranger what this is, for a member what is going on."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.models import Organization, Trail
from trails.web.overview import pressing, summaries
from trails.web.paging import name_in, take
from trails.web.responses import page

ORGANIZATIONS_SHOWN = 100
TRAILS_SHOWN = 100
PRESSING_SHOWN = 10


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
    context = {
        "organizations": take(rows[: ORGANIZATIONS_SHOWN + 1], ORGANIZATIONS_SHOWN),
        "after": after,
    }
    return page(request, "home_stranger.html", context, public=True)


def _for_member(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    organizations = list(
        Organization.objects.filter(pk__in=actor.organization_ids).order_by("name")[
            :ORGANIZATIONS_SHOWN
        ]
    )
    trails = Trail.objects.filter(organization__in=organizations).order_by(
        "organization__name", "name"
    )
    found = take(summaries(trails[: TRAILS_SHOWN + 1]), TRAILS_SHOWN)
    context = {
        "organizations": [
            {
                "organization": organization,
                "summaries": [s for s in found.rows if s.trail.organization_id == organization.pk],
            }
            for organization in organizations
        ],
        "more": found.more,
        "pressing": pressing(
            Trail.objects.filter(pk__in=[s.trail.pk for s in found.rows]), PRESSING_SHOWN
        ),
    }
    return page(request, "home.html", context)

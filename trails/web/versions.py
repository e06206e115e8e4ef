"""The versions of a trail's configuration: who changed what, and when.

Threat. A trail that is public now may have been private, and what it said then was for members. So
only members of the organization read its versions.
"""

from itertools import pairwise

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups
from trails.authentication import actor_of_session
from trails.errors import NotFound
from trails.permissions import Act, can
from trails.web.differences import differences
from trails.web.paging import Page, number_in
from trails.web.responses import page

VERSIONS_SHOWN = 20


@login_not_required
@require_safe
def versions(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Show the versions of a trail, newest first; `?before=` goes on to older ones."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    if found.organization_id not in actor.organization_ids:
        raise NotFound(f"There are no versions of '{trail}' that you may see.")
    before = number_in(request.GET, "before")
    rows = found.versions.order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    # One more than is shown: the last one is compared with it.
    fetched = list(rows[: VERSIONS_SHOWN + 1])
    changes = [differences(older, newer) for newer, older in pairwise(fetched)]
    shown = fetched[:VERSIONS_SHOWN]
    context = {
        "organization": found.organization,
        "trail": found,
        "versions": Page(
            [
                {"version": version, "change": changes[i] if i < len(changes) else None}
                for i, version in enumerate(shown)
            ],
            more=len(fetched) > VERSIONS_SHOWN,
        ),
        "last": shown[-1].number if shown else None,
        "before": before,
        "can_configure": can(actor, Act.CONFIGURE_TRAIL, found.organization),
    }
    return page(request, "versions.html", context)

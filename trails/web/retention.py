"""Retention at a glance, for admins: holds in force, and what has reached its end in each trail."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import keeping
from trails.authentication import actor_of_session
from trails.models import Hold, Organization, Trail
from trails.permissions import Act
from trails.web.commands import retention_command
from trails.web.organizations import managed
from trails.web.paging import name_in, take, uuid_in
from trails.web.responses import page
from trails.web.settings import pages

HOLDS_SHOWN = 50
TRAILS_SHOWN = 100
# Workflows that are looked at for one page; those that have nothing to dispose of are left out.
LOOKED_AT = 100


@login_not_required
@require_safe
def retention(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Show the holds, newest first, and of one trail the workflows with evidence to dispose of.

    `?trail=` chooses the trail; `?holds=` and `?before=` go on to older ones.
    """
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.HOLD_EVIDENCE)
    trails = take(_retained(found)[: TRAILS_SHOWN + 1], TRAILS_SHOWN)
    chosen = name_in(request.GET, "trail") or (trails.rows[0].name if trails.rows else "")
    trail = _retained(found).filter(name=chosen).first()
    holds = Hold.objects.in_force().filter(trail__organization=found).order_by("-pk")
    after = uuid_in(request.GET, "holds")
    if after:
        holds = holds.filter(pk__lt=after)
    context: dict[str, Any] = {
        "organization": found,
        "settings_pages": pages(actor, found),
        "holds": take(holds.select_related("trail", "workflow")[: HOLDS_SHOWN + 1], HOLDS_SHOWN),
        "holds_after": after,
        "trails": trails,
        "trail": None,
        "chosen": trail,
        "before": uuid_in(request.GET, "before"),
    }
    first = Trail.objects.filter(organization=found).select_related("organization").first()
    if first and not trails.rows:
        context["command"] = retention_command(first)
    if trail:
        context["ended"] = keeping.ended(trail, before=context["before"], looked_at=LOOKED_AT)
    return page(request, "retention.html", context)


def _retained(organization: Organization) -> Any:
    """Return the trails that keep evidence for a time and not for ever, by name."""
    trails = Trail.objects.filter(organization=organization).exclude(current__retention_days=None)
    return trails.select_related("current").order_by("name")

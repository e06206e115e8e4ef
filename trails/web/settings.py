"""The settings of an organization: which of their pages somebody may open, and the way in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trails import lookups
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import NotFound
from trails.models import Organization
from trails.permissions import Act, can, require


def pages(actor: Actor, organization: Organization) -> list[tuple[str, str]]:
    """Return the address and the name of each page that the actor may open."""
    offered = (
        ("members", _("Members"), Act.MANAGE_MEMBERS),
        ("keys", _("Service accounts and keys"), Act.MANAGE_KEYS),
        ("retention", _("Retention"), Act.HOLD_EVIDENCE),
        ("activity", _("Activity"), Act.READ_ACTIVITY),
        ("vault", _("Vault"), Act.READ_ACTIVITY),
    )
    return [
        (reverse(name, args=[organization.name]), label)
        for name, label, act in offered
        if can(actor, act, organization)
    ]


@login_not_required
@require_safe
def settings(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Lead to the first page that the visitor may open; to others there are no settings."""
    actor = actor_of_session(request)
    found = lookups.organization(actor, organization)
    if found.pk not in actor.organization_ids:
        raise NotFound(f"There are no settings of '{organization}' here that you may see.")
    offered = pages(actor, found)
    if not offered:
        require(actor, Act.READ_ACTIVITY, found)
    return redirect(offered[0][0])

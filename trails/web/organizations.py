"""The page of an organization: its trails."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import NotFound
from trails.models import Organization, Trail
from trails.permissions import Act, can, require
from trails.web.listing import listed
from trails.web.paging import name_in, take
from trails.web.responses import page

TRAILS_SHOWN = 100
ARCHIVED_SHOWN = 100


def managed(actor: Actor, name: str, act: Act) -> Organization:
    """Return one of the actor's own organizations in which they may do this.

    To whoever is no member, its settings do not exist, whether or not it has public trails.
    """
    found = lookups.organization(actor, name)
    if found.pk not in actor.organization_ids:
        raise NotFound(f"There is no page of '{name}' at this address that you may see.")
    require(actor, act, found)
    return found


@login_not_required
@require_safe
def organization(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Show the trails of an organization that the visitor may see; `?after=` goes on by name."""
    actor = actor_of_session(request)
    found = lookups.organization(actor, organization)
    after = name_in(request.GET, "after")
    trails = Trail.objects.visible_to(actor).filter(organization=found).order_by("name")
    in_use = trails.filter(archived_at=None, name__gt=after)[: TRAILS_SHOWN + 1]
    archived = trails.exclude(archived_at=None).select_related("organization")
    context = {
        "organization": found,
        "trails": take(listed(in_use), TRAILS_SHOWN),
        # Archived ones are few, and at the end: the last page has them.
        "archived": take(archived[: ARCHIVED_SHOWN + 1], ARCHIVED_SHOWN),
        "after": after,
        "is_member": found.pk in actor.organization_ids,
        "can_configure": can(actor, Act.CONFIGURE_TRAIL, found),
        "can_manage_members": can(actor, Act.MANAGE_MEMBERS, found),
        "can_manage_keys": can(actor, Act.MANAGE_KEYS, found),
        "can_read_activity": can(actor, Act.READ_ACTIVITY, found),
    }
    # A member sees private trails here, whoever else sees only public ones.
    return page(request, "organization.html", context, public=not context["is_member"])

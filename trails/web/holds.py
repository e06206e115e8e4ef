"""Legal holds on a trail or a workflow: those in force, placing one, and releasing one.

Threat. Why evidence is held is often nobody else's business. Members read it where they work,
admins here; to everybody else there are no holds, on public trails as well.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trails import lookups
from trails.actions.holds import place_hold, release_hold
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid, NotFound
from trails.models import Hold, Trail, Workflow
from trails.permissions import Act, require
from trails.web.forms import refuse
from trails.web.paging import Page, take, uuid_in
from trails.web.responses import page
from trails.web.retention_forms import ConfirmedForm, ReasonForm

NOTICES_SHOWN = 5
HOLDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A hold of the page with the form that releases it."""

    hold: Hold
    form: ConfirmedForm


def notices(actor: Actor, trail: Trail, workflow: Workflow | None = None) -> Page[Hold]:
    """Return the holds that a page tells its visitor of; none unless they are a member."""
    if trail.organization_id not in actor.organization_ids:
        return Page([], more=False)
    holds = Hold.objects.in_force()
    on_it = holds.on(workflow) if workflow else holds.of_whole_trails().filter(trail=trail)
    return take(on_it.order_by("-pk")[: NOTICES_SHOWN + 1], NOTICES_SHOWN)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def trail_hold(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Place and release holds on all of a trail."""
    actor = actor_of_session(request)
    return _holds(request, actor, lookups.trail(actor, organization, trail), None)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def workflow_hold(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """Place and release holds on a workflow."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    return _holds(request, actor, found.trail, found)


def _holds(
    request: HttpRequest, actor: Actor, trail: Trail, workflow: Workflow | None
) -> HttpResponseBase:
    require(actor, Act.HOLD_EVIDENCE, trail.organization)
    places = request.method == "POST" and request.POST.get("act") == "place"
    form = ReasonForm(request.POST if places else None)
    if form.is_bound and form.is_valid():
        try:
            place_hold(
                actor=actor, trail=trail, workflow=workflow, reason=form.cleaned_data["reason"]
            )
        except (Invalid, Conflict) as error:
            refuse(form, error)
        else:
            return _done(request, _("The hold is in force."), trail, workflow)
    rows = take(_rows(request, trail, workflow), HOLDS_SHOWN)
    for row in rows.rows:
        if row.form.is_bound and row.form.is_valid() and _release(actor, row):
            return _done(request, _("The hold is released."), trail, workflow)
    context = {
        "organization": trail.organization,
        "trail": trail,
        "workflow": workflow,
        "named": workflow or trail,
        "form": form,
        "rows": rows,
        "over_all": Hold.objects.in_force().of_whole_trails().filter(trail=trail).exists()
        if workflow
        else False,
    }
    return page(request, "hold.html", context)


def _rows(request: HttpRequest, trail: Trail, workflow: Workflow | None) -> list[Row]:
    asked = uuid_in(request.POST, "hold") if request.POST.get("act") == "release" else None
    holds = Hold.objects.in_force().filter(trail=trail, workflow=workflow).order_by("-pk")
    rows = list(holds.select_related("trail__organization", "workflow__record")[: HOLDS_SHOWN + 1])
    if asked and asked not in [hold.pk for hold in rows]:
        raise NotFound("There is no such hold in force here. Somebody may have released it.")
    name = (workflow or trail).name
    return [
        Row(
            hold,
            ConfirmedForm(
                request.POST if hold.pk == asked else None, name=name, auto_id=f"id_{hold.pk}_%s"
            ),
        )
        for hold in rows
    ]


def _release(actor: Actor, row: Row) -> bool:
    """Release a hold, or put the refusal into its form and return False."""
    said = row.form.cleaned_data
    try:
        release_hold(actor=actor, hold=row.hold, reason=said["reason"], confirm=said["confirm"])
    except (Invalid, Conflict) as error:
        refuse(row.form, error)
        return False
    return True


def _done(
    request: HttpRequest, said: str, trail: Trail, workflow: Workflow | None
) -> HttpResponseBase:
    messages.success(request, said)
    if workflow is None:
        return redirect("trail", trail.organization.name, trail.name)
    return redirect("workflow", trail.organization.name, trail.name, workflow.name)

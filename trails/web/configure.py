"""Creating a trail and configuring it: one form, whose rows of steps grow by submitting."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from trails import lookups
from trails.actions.trails import configure_trail
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid
from trails.models import Organization, Trail
from trails.permissions import Act, require
from trails.web.forms import TrailForm, refuse
from trails.web.organizations import managed
from trails.web.paging import number_in, take
from trails.web.responses import page
from trails.web.steps import StepRow, rows_of, rows_typed, steps_of, with_spare
from trails.words import Visibility

VERSIONS_SHOWN = 50


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Create a trail in an organization of which the visitor is an admin."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.CONFIGURE_TRAIL)
    form = _form(request, {"visibility": Visibility.PRIVATE}, without="confirm_name")
    rows = _rows(request, [])
    if form.is_bound and form.is_valid():
        name = form.cleaned_data["name"]
        if _save(actor, found, name, form, rows, based_on=0):
            messages.success(request, f"The trail {name} is there. Now begin a workflow in it.")
            return redirect("trail", found.name, name)
    context = {"organization": found, "form": form, "rows": rows}
    return page(request, "configure.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def configure(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Write the next version of a trail's configuration, and show the earlier ones."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.CONFIGURE_TRAIL, found.organization)
    version = found.version
    initial = {"description": version.description, "visibility": version.visibility}
    form = _form(request, initial, without="name")
    rows = _rows(request, version.steps)
    based_on = number_in(request.POST, "based_on") or version.number
    if form.is_bound and form.is_valid() and _may_publish(form, found):
        saved = _save(actor, found.organization, found.name, form, rows, based_on=based_on)
        if saved:
            messages.success(request, saved)
            return redirect("trail", found.organization.name, found.name)
        # Whoever has read on this page that there is a newer version may go on from it.
        based_on = version.number
    before = number_in(request.GET, "before")
    versions = found.versions.order_by("-number")
    if before is not None:
        versions = versions.filter(number__lt=before)
    context = {
        "organization": found.organization,
        "trail": found,
        "form": form,
        "rows": rows,
        "based_on": based_on,
        "versions": take(versions[: VERSIONS_SHOWN + 1], VERSIONS_SHOWN),
    }
    return page(request, "configure.html", context)


def _adds_row(request: HttpRequest) -> bool:
    return request.method == "POST" and request.POST.get("act") == "add-row"


def _form(request: HttpRequest, initial: dict[str, Any], *, without: str) -> TrailForm:
    """Return the form: to be checked when it is to be saved, else with what there is to show."""
    if _adds_row(request):
        form = TrailForm(initial=request.POST.dict())
    elif request.method == "POST":
        form = TrailForm(request.POST)
    else:
        form = TrailForm(initial=initial)
    del form.fields[without]
    return form


def _rows(request: HttpRequest, steps: list[dict[str, Any]]) -> list[StepRow]:
    if request.method != "POST":
        return rows_of(steps)
    rows = rows_typed(request.POST)
    return with_spare(rows) if _adds_row(request) else rows


def _may_publish(form: TrailForm, trail: Trail) -> bool:
    """Tell whether the visibility may become what was chosen; say beside the field why not."""
    to_public = form.cleaned_data["visibility"] == Visibility.PUBLIC and not trail.is_public
    if not to_public or form.is_confirmed(trail.name):
        return True
    form.add_error(
        "confirm_name", f"Type {trail.name} here, or leave the trail private. Nothing was saved."
    )
    return False


def _save(
    actor: Actor,
    organization: Organization,
    name: str,
    form: TrailForm,
    rows: list[StepRow],
    *,
    based_on: int,
) -> str | None:
    """Configure the trail and return what happened in words, or put the refusal into the form."""
    try:
        made = configure_trail(
            actor=actor,
            organization=organization,
            name=name,
            description=form.cleaned_data["description"],
            visibility=form.cleaned_data["visibility"],
            steps=steps_of(rows),
            based_on=based_on,
        )
    except (Invalid, Conflict) as error:
        refuse(form, error)
        return None
    if not made.changed:
        return "Nothing was different, so no new version was written."
    number, visibility = made.trail.version.number, made.trail.version.visibility
    said = f"Version {number} is in force for workflows that begin from now on."
    before = made.trail.versions.filter(number=number - 1).first()
    if before is not None and before.visibility != visibility:
        said += f" The trail is {visibility} now, with all its workflows."
    return said

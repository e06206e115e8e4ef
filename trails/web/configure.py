"""Creating a trail and configuring it: one form, whose rows of steps grow by submitting."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trails import lookups
from trails.actions.trails import Configured, configure_trail
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid
from trails.models import Organization, Trail
from trails.permissions import Act, require
from trails.web.differences import Difference, differences
from trails.web.forms import TrailForm, refuse
from trails.web.organizations import managed
from trails.web.paging import number_in
from trails.web.responses import page
from trails.web.steps import StepRow, checked, rows_of, rows_typed, steps_of, with_spare
from trails.words import Visibility


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Create a trail in an organization of which the visitor is an admin."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.CONFIGURE_TRAIL)
    form = _form(request, {"visibility": Visibility.PRIVATE}, without="confirm_name")
    rows = _rows(request, [])
    if form.is_bound and _is_valid(form, rows):
        name = form.cleaned_data["name"]
        if _save(actor, found, name, form, rows, based_on=0):
            said = _("The trail %(name)s is there. Begin a workflow in it now.") % {"name": name}
            messages.success(request, said)
            return redirect("trail", found.name, name)
    context = {"organization": found, "form": form, "rows": rows, "refused": _refused(form, rows)}
    return page(request, "configure.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def configure(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Write the next version of a trail's configuration."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.CONFIGURE_TRAIL, found.organization)
    version = found.version
    initial = {
        "description": version.description,
        "visibility": version.visibility,
        "retention_days": version.retention_days,
    }
    form = _form(request, initial, without="name")
    rows = _rows(request, version.steps)
    based_on = number_in(request.POST, "based_on") or version.number
    if form.is_bound and _is_valid(form, rows) and _may_publish(form, found):
        made = _save(actor, found.organization, found.name, form, rows, based_on=based_on)
        if made:
            messages.success(request, _said(made))
            return redirect("trail", found.organization.name, found.name)
    context = {
        "organization": found.organization,
        "trail": found,
        "form": form,
        "rows": rows,
        "refused": _refused(form, rows),
        "based_on": version.number,
        "meanwhile": _meanwhile(found, based_on),
    }
    return page(request, "configure.html", context)


def _meanwhile(trail: Trail, based_on: int) -> Difference | None:
    """Return what others have changed since the form was opened; None when nobody did.

    Whoever has read it on the page may go on from there: the form then carries the newer version.
    """
    if based_on == trail.version.number:
        return None
    read = trail.versions.filter(number=based_on).first()
    return differences(read, trail.version) if read else None


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
    return with_spare(rows) if _adds_row(request) else checked(rows)


def _refused(form: TrailForm, rows: list[StepRow]) -> bool:
    return bool(form.errors) or any(row.error for row in rows)


def _is_valid(form: TrailForm, rows: list[StepRow]) -> bool:
    return form.is_valid() and not any(row.error for row in rows)


def _may_publish(form: TrailForm, trail: Trail) -> bool:
    """Tell whether the visibility may become what was chosen; say beside the field why not."""
    to_public = form.cleaned_data["visibility"] == Visibility.PUBLIC and not trail.is_public
    if not to_public or form.is_confirmed(trail.name):
        return True
    form.add_error(
        "confirm_name",
        _("Type %(name)s here, or leave the trail private.") % {"name": trail.name},
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
) -> Configured | None:
    """Configure the trail, or put the refusal into the form and return None."""
    try:
        return configure_trail(
            actor=actor,
            organization=organization,
            name=name,
            description=form.cleaned_data["description"],
            visibility=form.cleaned_data["visibility"],
            steps=steps_of(rows),
            retention_days=form.cleaned_data["retention_days"],
            based_on=based_on,
        )
    except (Invalid, Conflict) as error:
        refuse(form, error)
        return None


def _said(made: Configured) -> str:
    if not made.changed:
        return _("Nothing was different, so no new version was written.")
    number, visibility = made.trail.version.number, made.trail.version.visibility
    said = _("Version %(number)s is in force for workflows that begin from now on.") % {
        "number": number
    }
    before = made.trail.versions.filter(number=number - 1).first()
    if before is None or before.visibility == visibility:
        return said
    if visibility == Visibility.PUBLIC:
        return said + " " + _("The trail is public now, with all its workflows.")
    return said + " " + _("The trail is private now, with all its workflows.")

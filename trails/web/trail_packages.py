"""Packages of a trail: those there are, asking for one, how far it is, and the download.

Who may see the trail may download what is ready; to prepare one takes a member. While a member's
page is open it takes a turn at the work each time it is asked, so that a small instance needs no
worker. A stranger's asking costs nothing.
"""

import datetime
import uuid
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from trails import lookups, trail_packages
from trails.actions.downloads import note_trail_package
from trails.actions.trail_packages import discard_trail_package, prepare_trail_package
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid
from trails.http import ranges
from trails.models import Trail, TrailPackage
from trails.permissions import Act, can
from trails.preparing import prepare
from trails.web.commands import prepare_command
from trails.web.forms import refuse
from trails.web.package_form import RangeForm
from trails.web.responses import cache_control, page

FIRST_SECONDS = 1.0
"""How long whoever asks waits for a small package to be ready at once."""
TURN_SECONDS = 0.5
_ONE_DAY = datetime.timedelta(days=1)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def packages(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """List the packages of a trail; ask for one, or discard one, as `act` says."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    act = request.POST.get("act")
    form = RangeForm(request.POST if act == "prepare" else None)
    if act == "discard":
        discard_trail_package(actor=actor, package=_named(found, request.POST.get("package", "")))
        messages.success(request, _("The package is discarded. It can be prepared again."))
        return redirect("trail_packages", found.organization.name, found.name)
    if act == "prepare" and form.is_valid() and _ask(request, actor, found, form):
        return redirect("trail_packages", found.organization.name, found.name)
    may_prepare = can(actor, Act.PREPARE_PACKAGES, found.organization)
    rows = _rows(found, may_prepare=may_prepare)
    is_live = request.method == "GET" and "HX-Request" in request.headers and "live" in request.GET
    if may_prepare and request.method == "GET":
        rows = [prepare(row, TURN_SECONDS) if row.is_preparing else row for row in rows]
    context = {
        "organization": found.organization,
        "trail": found,
        "packages": [_shown(row) for row in rows],
        "may_prepare": may_prepare,
        "is_preparing": any(row.is_preparing for row in rows),
        "form": form,
        "command": prepare_command(found),
    }
    template = "trail_packages.html#list" if is_live else "trail_packages.html"
    status = 400 if form.errors else 200
    return page(request, template, context, public=found.is_public, status=status)


@login_not_required
@require_safe
def package(
    request: HttpRequest, organization: str, trail: str, package: uuid.UUID
) -> HttpResponseBase:
    """Send a package that is ready, from any byte on."""
    actor = actor_of_session(request)
    found = lookups.trail_package_to_download(actor, organization, trail, package)
    response = ranges.serve(
        request,
        length=found.length or 0,
        etag=found.etag,
        content_type="application/zip",
        filename=found.filename,
        read=partial(trail_packages.read, found),
        headers={"Cache-Control": cache_control(request, public=found.trail.is_public)},
    )
    if ranges.sends_bytes(request, response):
        part = response.headers.get("Content-Range")
        note_trail_package(actor=actor, package=found, range=part)
    return response


def _rows(trail: Trail, *, may_prepare: bool) -> list[TrailPackage]:
    """Return the packages that somebody may know of, newest first; there are few of them."""
    rows = TrailPackage.objects.current().filter(trail=trail).order_by("-pk")
    rows = rows.select_related("trail__organization", "checkpoint")
    return [row for row in rows if may_prepare or row.is_ready]


def _shown(row: TrailPackage) -> dict[str, Any]:
    """Return a package with what the page adds to it."""
    return {"row": row, "until_day": _last_day(row), "percent": _percent(row)}


def _last_day(row: TrailPackage) -> datetime.date | None:
    """Return the last day of a range that ends at midnight, which is how people say it."""
    return None if row.until is None else (row.until - datetime.timedelta(microseconds=1)).date()


def _percent(row: TrailPackage) -> int:
    return row.done * 100 // max(row.workflows, 1)


def _named(trail: Trail, id: str) -> TrailPackage:
    try:
        return lookups.trail_package(trail, uuid.UUID(id))
    except ValueError:
        raise Invalid(_("That is not a package. Load the page again.")) from None


def _ask(request: HttpRequest, actor: Actor, trail: Trail, form: RangeForm) -> bool:
    """Ask for a package of the days that the form names; tell whether it is in the making."""
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    until = None if last is None else _midnight(last) + _ONE_DAY
    since = None if first is None else _midnight(first)
    try:
        asked = prepare_trail_package(actor=actor, trail=trail, since=since, until=until)
    except (Invalid, Conflict) as error:
        error.field = {"begun_after": "first", "begun_before": "last"}.get(error.field or "")
        refuse(form, error)
        return False
    if prepare(asked, FIRST_SECONDS).is_ready:
        messages.success(request, _("The package is ready."))
    return True


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)

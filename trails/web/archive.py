"""Archiving a trail, and restoring it: both ask for its name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trails import lookups
from trails.actions.archive import archive_trail, restore_trail
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid
from trails.permissions import Act, require
from trails.web.forms import refuse
from trails.web.responses import page
from trails.web.work_forms import ConfirmForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Archive a trail in use, or restore an archived one."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.CONFIGURE_TRAIL, found.organization)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        # What the page said it would do, whoever else has done it meanwhile.
        restores = request.POST.get("act") == "restore"
        act = restore_trail if restores else archive_trail
        try:
            act(trail=found, actor=actor, confirm=form.cleaned_data["confirm"])
        except (Invalid, Conflict) as error:
            refuse(form, error)
        else:
            said = (
                _("The trail is in use again.")
                if restores
                else _("The trail is archived. It stays readable and takes nothing new.")
            )
            messages.success(request, said)
            return redirect("trail", found.organization.name, found.name)
    context = {"organization": found.organization, "trail": found, "form": form}
    return page(request, "archive.html", context)

"""Disposing of a workflow's evidence: what would go, what keeps it, and the act itself."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from trails import keeping, lookups
from trails.actions.disposals import dispose_of_evidence
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid
from trails.models import Workflow
from trails.permissions import Act, require
from trails.web import holds
from trails.web.forms import refuse
from trails.web.paging import number_in
from trails.web.responses import page
from trails.web.retention_forms import ConfirmedForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispose(request: HttpRequest, organization: str, trail: str, workflow: str) -> HttpResponseBase:
    """Dispose of what has reached the end of its retention, up to what the form said."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    require(actor, Act.DISPOSE, found.trail.organization)
    form = ConfirmedForm(request.POST or None, name=found.name)
    if form.is_bound and form.is_valid():
        try:
            made = dispose_of_evidence(
                actor=actor,
                workflow=found,
                up_to=number_in(request.POST, "up_to") or 0,
                reason=form.cleaned_data["reason"],
                confirm=form.cleaned_data["confirm"],
            )
        except (Invalid, Conflict) as error:
            refuse(form, error)
        else:
            said = ngettext(
                "%(number)d file is disposed of. What was recorded of it stays.",
                "%(number)d files are disposed of. What was recorded of them stays.",
                made.files,
            )
            messages.success(request, said % {"number": made.files})
            return redirect("workflow", organization, trail, found.name)
    context = {
        "organization": found.trail.organization,
        "trail": found.trail,
        "workflow": found,
        "holds": holds.notices(actor, found.trail, found),
        "form": form,
        **_due(found),
    }
    return page(request, "dispose.html", context)


def _due(workflow: Workflow) -> dict[str, Any]:
    """Return what may go by now with how much that is, and until when the next is kept."""
    due = keeping.due_of(workflow, keeping.terms_of(workflow.trail_id))
    return {"due": due, "going": keeping.amount_up_to(workflow, due.up_to or 0)}

"""Beginning a workflow from the browser."""

import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trails import lookups
from trails.actions.workflows import Begun, begin_workflow
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid
from trails.models import Trail, Workflow
from trails.permissions import Act, require
from trails.web.forms import refuse
from trails.web.responses import page
from trails.web.work_forms import BeginForm, suggested_id

# Within so much time the same form from the same person is the same click.
_DOUBLE_CLICK = datetime.timedelta(minutes=1)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Begin a workflow in a trail, and go on to its page."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.BEGIN_WORKFLOW, found.organization)
    suggestion = suggested_id(timezone.now().date())
    form = BeginForm(request.POST or None, initial={"id": suggestion})
    if form.is_bound and form.is_valid():
        begun = _begin(actor, found, form)
        if begun is not None:
            messages.success(request, _said(begun.workflow, found))
            return redirect("workflow", found.organization.name, found.name, begun.workflow.name)
    context = {
        "organization": found.organization,
        "trail": found,
        "version": found.version,
        "form": form,
        "suggestion": suggestion,
    }
    return page(request, "workflow_new.html", context)


def _begin(actor: Actor, trail: Trail, form: BeginForm) -> Begun | None:
    """Begin the workflow. None when it was refused, which the form then tells."""
    id, description = form.cleaned_data["id"], form.cleaned_data["description"]
    try:
        begun = begin_workflow(actor=actor, trail=trail, id=id, description=description)
    except Conflict as error:
        existing = trail.workflows.filter(name=id).first()
        if existing is None:
            refuse(form, error)
        else:
            _refuse_existing(form, trail, existing)
        return None
    except Invalid as error:
        refuse(form, error)
        return None
    if not begun.created and not _is_double_click(begun.workflow, actor):
        _refuse_existing(form, trail, begun.workflow)
        return None
    return begun


def _is_double_click(workflow: Workflow, actor: Actor) -> bool:
    return workflow.by_id == actor.id and timezone.now() - workflow.at < _DOUBLE_CLICK


def _refuse_existing(form: BeginForm, trail: Trail, workflow: Workflow) -> None:
    form.add_error(
        "id",
        # Every part is escaped.
        format_html(
            _(
                'There is a workflow <a href="{}">{}</a> in this trail already. Open it, or choose '
                "another id."
            ),
            reverse("workflow", args=[trail.organization.name, trail.name, workflow.name]),
            workflow.name,
        ),
    )


def _said(workflow: Workflow, trail: Trail) -> str:
    steps = trail.version.step_names
    query = {"step": steps[0]} if steps else {}
    return format_html(
        _('The workflow has begun. <a href="{}">Attest the first step</a>'),
        reverse(
            "attest",
            args=[trail.organization.name, trail.name, workflow.name],
            query=query,
        ),
    )

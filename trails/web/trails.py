"""The page of a trail: what it demands, and its workflows against that."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups
from trails.authentication import actor_of_session
from trails.errors import Invalid
from trails.models import WorkflowStatus
from trails.permissions import Act, can
from trails.web.commands import begin_command
from trails.web.matrix import matrix
from trails.web.paging import take, uuid_in
from trails.web.responses import page
from trails.words import WorkflowState

WORKFLOWS_SHOWN = 50


@login_not_required
@require_safe
def trail(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Show a trail with its newest workflows; `?state=` picks a state, `?before=` goes on."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    state, before = request.GET.get("state", ""), uuid_in(request.GET, "before")
    if state and state not in WorkflowState.values:
        raise Invalid(f"'{state}' is not a state. Use {', '.join(WorkflowState.values)}.")
    statuses = WorkflowStatus.objects.filter(trail=found)
    if state:
        statuses = statuses.filter(state=state)
    if before:
        statuses = statuses.filter(workflow__lt=before)
    statuses = statuses.select_related("workflow__version").order_by("-workflow")
    workflows = take(statuses[: WORKFLOWS_SHOWN + 1], WORKFLOWS_SHOWN)
    rows = matrix(found.version.step_names, workflows.rows)
    context = {
        "organization": found.organization,
        "trail": found,
        "version": found.version,
        "rows": rows,
        "has_others": any(row.others for row in rows),
        "workflows": workflows,
        "state": state,
        "states": WorkflowState.choices,
        "before": before,
        "can_configure": can(actor, Act.CONFIGURE_TRAIL, found.organization),
        "command": begin_command(found),
        "can_begin": can(actor, Act.BEGIN_WORKFLOW, found.organization),
    }
    return page(request, "trail.html", context, public=found.is_public)

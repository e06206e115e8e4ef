"""The page of a trail: what it demands, and its workflows against that."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.counts import begun_per_day, counts_of
from trails.errors import Invalid
from trails.models import Trail, WorkflowStatus
from trails.permissions import Act, can
from trails.web import holds, live
from trails.web.commands import begin_command
from trails.web.drawing import columns, shares
from trails.web.filters import Filter
from trails.web.matrix import Row, matrix, with_workflows
from trails.web.paging import Leaf, both_ways
from trails.web.responses import page
from trails.words import WorkflowState

WORKFLOWS_SHOWN = 50


@login_not_required
@require_safe
def trail(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Show a trail with its newest workflows, or those that the query asks for.

    `?before=` and `?after=` go to older and newer ones; `trails.web.filters` has the conditions.
    """
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    if live.is_asked(request):
        return _news(request, found)
    wanted, error = Filter(), None
    workflows: Leaf[WorkflowStatus] = Leaf([], older=False, newer=False)
    is_cut = False
    try:
        wanted = Filter.of(request.GET)
        statuses, is_cut = wanted.found(found)
        rows = with_workflows(statuses)
        workflows = both_ways(rows, request.GET, "workflow", WORKFLOWS_SHOWN)
    except Invalid as refused:
        # What can be typed is shown where it was typed; the rest comes from no form of ours.
        if refused.field not in ("q", "by", "since", "until"):
            raise
        error = refused
    is_first = not workflows.newer and "before" not in request.GET
    seen = live.Seen.of(workflows.rows, is_first=is_first)
    context = {
        **_facts(actor, found),
        **_rows(found, workflows.rows, wanted),
        "workflows": workflows,
        "is_first": is_first,
        "is_cut": is_cut,
        "error": error,
        "sparkline": columns(begun_per_day(found)),
        "seen": seen,
    }
    context["live"] = _address(wanted, seen, has_others=context["has_others"])
    status = 400 if error else 200
    return page(request, "trail.html", context, public=found.is_public, status=status)


def _news(request: HttpRequest, trail: Trail) -> HttpResponseBase:
    """Answer the rows that have changed, and how many workflows began since: 204 if none did."""
    wanted, seen = Filter.of(request.GET), live.Seen.read(request)
    statuses = WorkflowStatus.objects.filter(trail=trail, workflow__in=list(seen.rows))
    rows = list(statuses.select_related("workflow__version"))
    changed = [row for row in rows if row.attestations != seen.rows[row.workflow_id]]
    new = 0
    if seen.newest is not None:
        later = wanted.statuses(trail).filter(workflow__gt=seen.newest)
        new = later.values("pk")[: live.NEW_COUNTED + 1].count()
    if not changed and new == seen.told:
        return live.no_news()
    now = replace(
        seen, rows={**seen.rows, **{row.workflow_id: row.attestations for row in changed}}, told=new
    )
    has_others = "others" in request.GET
    context = {
        "organization": trail.organization,
        "trail": trail,
        "version": trail.version,
        **_rows(trail, changed, wanted),
        "has_others": has_others,
        "seen": now,
        "live": _address(wanted, now, has_others=has_others),
        "is_news": True,
    }
    return page(request, "trail.html#live", context)


def _facts(actor: Actor, trail: Trail) -> dict[str, Any]:
    return {
        "organization": trail.organization,
        "trail": trail,
        "version": trail.version,
        "is_member": trail.organization_id in actor.organization_ids,
        "can_configure": can(actor, Act.CONFIGURE_TRAIL, trail.organization),
        "can_begin": can(actor, Act.BEGIN_WORKFLOW, trail.organization) and not trail.is_archived,
        "command": begin_command(trail),
        "holds": holds.notices(actor, trail),
    }


def _rows(trail: Trail, statuses: list[WorkflowStatus], wanted: Filter) -> dict[str, Any]:
    """Return the part of the page that news changes, too."""
    rows: list[Row] = matrix(trail.version.step_names, statuses)
    counts = counts_of([trail])[trail.pk]
    return {
        "rows": rows,
        "has_others": any(row.others for row in rows),
        "filter": wanted,
        "chips": wanted.describe(),
        "everything": wanted.query_string(),
        "total": sum(counts.values()),
        "shares": shares(counts),
        "states": [
            {
                "value": state.value,
                "label": state.label,
                "query": wanted.query_string(state=state.value),
            }
            for state in WorkflowState
        ],
        "any_state": wanted.query_string(state=""),
    }


def _address(wanted: Filter, seen: live.Seen, *, has_others: bool) -> str:
    asked = seen.query_string(**({"others": 1} if has_others else {}))
    return "&".join(part for part in (wanted.query_string(), asked) if part)

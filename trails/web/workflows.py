"""The page of a workflow, and the blue button's download."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups, sealed
from trails.actions.attestations import attested
from trails.actions.downloads import Download, note_download
from trails.authentication import actor_of_session
from trails.http import ranges
from trails.models import Evidence, Workflow
from trails.packages import package_of
from trails.permissions import Act, can
from trails.state import MISSING, judge
from trails.web import checking, holds, live
from trails.web.commands import attest_command
from trails.web.paging import both_ways_by_number, number_in
from trails.web.responses import cache_control, page
from trails.web.timeline import attestations_of, entries

ATTESTATIONS_SHOWN = 100
FILES_SHOWN = 20  # of one attestation; its own page shows all
DATA_SHOWN = 16 * 1024  # bytes of user data of one attestation


@login_not_required
@require_safe
def workflow(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """Show a workflow: verdict with reasons, steps, timeline.

    `?before=` and `?after=` go to older and newer attestations.
    """
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    if live.is_asked(request):
        return _news(request, found)
    shown = both_ways_by_number(attestations_of(found), request.GET, ATTESTATIONS_SHOWN)
    verdict = judge(found.version.template, attested(found.status))
    missing = next((step.step for step in verdict.steps if step.state == MISSING), None)
    standing = sealed.standing_of(found)
    vkey = standing.seal.checkpoint.key.vkey if standing.seal else None
    can_attest = can(actor, Act.ATTEST, found.trail.organization)
    context = {
        "organization": found.trail.organization,
        "trail": found.trail,
        "workflow": found,
        "version": found.version,
        "verdict": verdict,
        "steps": [
            {"verdict": step, "attestation": found.status.latest.get(step.step, [None] * 3)[2]}
            for step in verdict.steps
        ],
        "entries": entries(found, shown.rows, files=FILES_SHOWN, data=DATA_SHOWN),
        "attestations": shown,
        "before": request.GET.get("before"),
        "step_to_attest": missing,
        "command": attest_command(found, missing or "another-step"),
        "standing": standing,
        "pending_counted": sealed.PENDING_COUNTED,
        "seal": standing.seal,
        "vkey": vkey,
        "package_commands": checking.package_commands(found, vkey),
        "held": _held(found),
        "holds": holds.notices(actor, found.trail, found),
        "can_hold": can(actor, Act.HOLD_EVIDENCE, found.trail.organization),
        "can_attest": can_attest and not found.trail.is_archived,
        **_telling(found.status.attestations, 0),
    }
    return page(request, "workflow.html", context, public=found.trail.is_public)


def _held(workflow: Workflow) -> dict[str, Any]:
    """Return how many files the package of a workflow has, and their bytes: nearly all of it."""
    after = workflow.disposed_up_to
    return Evidence.objects.filter(
        attestation__workflow=workflow, attestation__number__gt=after
    ).aggregate(files=Count("pk"), size=Sum("blob__size", default=0))


def _news(request: HttpRequest, workflow: Workflow) -> HttpResponseBase:
    """Answer how many attestations came since the page was loaded: 204 if none since last asked."""
    seen = number_in(request.GET, "seen") or 0
    told = number_in(request.GET, "told") or 0
    new = workflow.status.attestations - seen
    if new == told:
        return live.no_news()
    context = {
        "organization": workflow.trail.organization,
        "trail": workflow.trail,
        "workflow": workflow,
        **_telling(seen, new),
    }
    return page(request, "workflow.html#live", context)


def _telling(seen: int, new: int) -> dict[str, Any]:
    return {"new": new, "newest": seen + new, "live": f"seen={seen}&told={new}"}


@login_not_required
@require_safe
def package(request: HttpRequest, organization: str, trail: str, workflow: str) -> HttpResponseBase:
    """Send the evidence package: the same bytes for the same attestations, from any byte on."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    built = package_of(found)
    response = ranges.serve(
        request,
        length=built.length,
        etag=built.etag,
        content_type="application/zip",
        filename=built.filename,
        read=built.archive.read,
        headers={"Cache-Control": cache_control(request, public=found.trail.is_public)},
    )
    if ranges.sends_bytes(request, response):
        details = {
            "etag": built.etag,
            "size": built.length,
            "range": response.headers.get("Content-Range"),
        }
        note_download(actor=actor, workflow=found, what=Download.PACKAGE, details=details)
    return response

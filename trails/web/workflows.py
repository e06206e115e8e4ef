"""The page of a workflow, and the blue button's download."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups, sealed
from trails.actions.attestations import attested
from trails.actions.downloads import Download, note_download
from trails.authentication import actor_of_session
from trails.http import ranges
from trails.packages import package_of
from trails.permissions import Act, can
from trails.state import MISSING, judge
from trails.web.commands import attest_command
from trails.web.paging import number_in, take
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
    """Show a workflow: verdict with reasons, steps, timeline; `?before=` goes on to older ones."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    before = number_in(request.GET, "before")
    rows = attestations_of(found).order_by("-number")
    if before is not None:
        rows = rows.filter(number__lt=before)
    shown = take(rows[: ATTESTATIONS_SHOWN + 1], ATTESTATIONS_SHOWN)
    verdict = judge(found.version.template, attested(found.status))
    missing = next((step.step for step in verdict.steps if step.state == MISSING), None)
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
        "before": before,
        "step_to_attest": missing,
        "command": attest_command(found, missing or "another-step"),
        "standing": sealed.standing_of(found),
        "pending_counted": sealed.PENDING_COUNTED,
        "can_attest": can(actor, Act.ATTEST, found.trail.organization),
    }
    return page(request, "workflow.html", context, public=found.trail.is_public)


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

"""The page of one attestation, and the bytes behind it: statement, proof, user data."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from trails import lookups, sealed
from trails.authentication import actor_of_session
from trails.errors import NotFound
from trails.http import ranges
from trails.http.middleware import SANDBOX_POLICY
from trails.models import UserData, Workflow
from trails.web import checking
from trails.web.paging import number_in
from trails.web.pretty import pretty
from trails.web.responses import cache_control, page
from trails.web.timeline import attestations_of, entries

FILES_SHOWN = 200
DATA_SHOWN = 256 * 1024  # bytes; longer user data is a download


@login_not_required
@require_safe
def attestation(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> HttpResponseBase:
    """Show all there is of an attestation; `?files=` goes on in its list of files."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    row = attestations_of(found).filter(pk=attestation).first()
    if row is None:
        raise NotFound(f"There is no attestation {attestation} in workflow '{found.name}'.")
    after = number_in(request.GET, "files") or 0
    [entry] = entries(found, [row], files=FILES_SHOWN, data=DATA_SHOWN, files_after=after)
    counting = found.status.latest.get(row.step)
    seal = sealed.seal_of(found.trail.organization.log, row.record_id)
    row.workflow = found
    vkey = seal.checkpoint.key.vkey if seal else ""
    context = {
        "organization": found.trail.organization,
        "trail": found.trail,
        "workflow": found,
        "entry": entry,
        "attestation": row,
        "files_after": after,
        "files_last": entry.evidence[-1].position if entry.evidence else after,
        "files_next": after + FILES_SHOWN if after + FILES_SHOWN < entry.files else None,
        "counting": {"number": counting[0], "id": counting[2]} if counting else None,
        "statement": pretty(bytes(row.record.body).decode()),
        "seal": seal,
        "vkey": vkey,
        "package_commands": checking.package_commands(found, vkey) if seal else "",
        "proof_commands": checking.proof_commands(row, vkey) if seal else "",
    }
    return page(request, "attestation.html", context, public=found.trail.is_public)


@login_not_required
@require_safe
def statement(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> HttpResponseBase:
    """Send the exact bytes of the record, whose hash is a leaf of the log."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    row = lookups.attestation(found, attestation)
    return ranges.serve_bytes(
        request,
        bytes(row.record.body),
        content_type="application/json",
        filename=f"{row.step}.statement.json",
        etag=row.record.sha256,
        headers=_headers(request, found),
    )


@login_not_required
@require_safe
def proof(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> HttpResponseBase:
    """Send the proof that the record is in the log, under the first checkpoint over it."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    row = lookups.attestation(found, attestation)
    seal = sealed.seal_of(found.trail.organization.log, row.record_id)
    if seal is None:
        raise NotFound(
            f"Attestation {attestation} is recorded and not sealed yet, so there is no proof of it "
            f"so far. Come back in a moment; {found.trail.organization.name}/log/ says why if it "
            "takes longer."
        )
    return ranges.serve_bytes(
        request,
        seal.proof,
        content_type="text/plain; charset=utf-8",
        filename=f"{row.step}.tlog-proof",
        headers=_headers(request, found),
    )


@login_not_required
@require_safe
def user_data(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> HttpResponseBase:
    """Send the free data of an attestation as the text that its record holds the digest of."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    row = UserData.objects.filter(attestation=attestation, attestation__workflow=found).first()
    if row is None:
        raise NotFound(f"There is no user data in attestation {attestation}.")
    return ranges.serve_bytes(
        request,
        row.text.encode(),
        content_type="application/json",
        filename="user-data.json",
        etag=row.sha256,
        headers=_headers(request, found),
    )


def _headers(request: HttpRequest, workflow: Workflow) -> dict[str, str]:
    return {
        "Cache-Control": cache_control(request, public=workflow.trail.is_public),
        "Content-Security-Policy": SANDBOX_POLICY,
    }

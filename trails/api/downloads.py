"""Bytes: statements, proofs, evidence and packages, whole or from any byte.

Threat. Evidence is whatever somebody sent. It leaves as an attachment of no particular type, in a
sandbox, so that no browser runs it on this origin.
"""

import uuid
from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Router

from evidence.models import Log, Record
from evidence.vault import store
from trails import lookups, sealed
from trails.actions.downloads import Download, note_download, note_evidence
from trails.api.attestations import PATH as ATTESTATIONS
from trails.api.auth import actor_of, anybody
from trails.api.openapi import giving, refusals
from trails.api.problems import Pending
from trails.api.workflows import PATH as WORKFLOWS
from trails.http.middleware import SANDBOX_POLICY
from trails.http.ranges import sends_bytes, serve, serve_bytes
from trails.packages import package_of

router = Router(tags=["Downloads"])
METHODS = ["GET", "HEAD"]
STATEMENT = "application/vnd.in-toto+json"
PROOF = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
ZIP = "application/zip"
_HEADERS = {"Content-Security-Policy": SANDBOX_POLICY}
_REFUSALS = refusals(404, 412, 416)
_OF_A_STATEMENT = giving(
    STATEMENT, "The body of the record, byte for byte.", etag="The SHA-256 of the record."
)
_OF_A_PROOF = giving(
    PROOF.partition(";")[0], "A C2SP `.tlog-proof` file.", etag="Equal tags mean equal bytes."
)
_PROVES = """\
Ties the exact bytes of the statement to the first checkpoint over them: a `.tlog-proof` file.

While the record is pending there is none, and the answer is 503 with `Retry-After`."""


@router.api_operation(
    METHODS,
    ATTESTATIONS + "/{uuid:attestation}/statement",
    auth=anybody,
    response={200: None, **_REFUSALS},
    operation_id="get_statement",
    summary="Get the statement of an attestation",
    openapi_extra=_OF_A_STATEMENT,
)
def get_statement(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> HttpResponseBase:
    """The canonical bytes that the log holds: an in-toto statement. Their SHA-256 is `record`'s."""
    found = lookups.workflow(actor_of(request), organization, trail, workflow)
    record = lookups.attestation(found, attestation).record
    return _statement(request, record, f"{attestation}.json")


@router.api_operation(
    METHODS,
    ATTESTATIONS + "/{uuid:attestation}/proof",
    auth=anybody,
    response={200: None, **_REFUSALS, **refusals(503)},
    operation_id="get_proof",
    summary="Get the proof of an attestation",
    description=_PROVES,
    openapi_extra=_OF_A_PROOF,
)
def get_proof(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> HttpResponseBase:
    """Send the proof of an attestation's record."""
    found = lookups.workflow(actor_of(request), organization, trail, workflow)
    record = lookups.attestation(found, attestation).record
    return _proof(request, found.trail.organization.log, record, f"{attestation}.tlog-proof")


@router.api_operation(
    METHODS,
    WORKFLOWS + "/{workflow}/statement",
    auth=anybody,
    response={200: None, **_REFUSALS},
    operation_id="get_workflow_statement",
    summary="Get the statement of a workflow",
    openapi_extra=_OF_A_STATEMENT,
)
def get_workflow_statement(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """The canonical bytes of the record of a workflow's beginning, which the log holds."""
    found = lookups.workflow(actor_of(request), organization, trail, workflow)
    return _statement(request, found.record, f"{workflow}.json")


@router.api_operation(
    METHODS,
    WORKFLOWS + "/{workflow}/proof",
    auth=anybody,
    response={200: None, **_REFUSALS, **refusals(503)},
    operation_id="get_workflow_proof",
    summary="Get the proof of a workflow",
    description=_PROVES,
    openapi_extra=_OF_A_PROOF,
)
def get_workflow_proof(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """Send the proof of the record of a workflow's beginning."""
    found = lookups.workflow(actor_of(request), organization, trail, workflow)
    return _proof(request, found.trail.organization.log, found.record, f"{workflow}.tlog-proof")


@router.api_operation(
    METHODS,
    ATTESTATIONS + "/{uuid:attestation}/evidence/{uuid:evidence}",
    auth=anybody,
    response={200: None, **_REFUSALS, **refusals(410)},
    operation_id="get_evidence",
    summary="Download a file",
    openapi_extra=giving(
        BYTES, "Exactly the bytes that were attested.", etag="The SHA-256 of the file."
    ),
)
def get_evidence(
    request: HttpRequest,
    organization: str,
    trail: str,
    workflow: str,
    attestation: uuid.UUID,
    evidence: uuid.UUID,
) -> HttpResponseBase:
    """One file of an attestation, as an attachment. A broken download can be resumed."""
    actor = actor_of(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    file = lookups.evidence(found, attestation, evidence)
    response = serve(
        request,
        length=file.blob.size,
        etag=file.blob.sha256,
        content_type=BYTES,
        filename=file.name,
        read=partial(store.read_checked, file.blob),
        headers=_HEADERS,
    )
    if sends_bytes(request, response):
        part = response.headers.get("Content-Range")
        note_evidence(actor=actor, workflow=found, file=file, range=part)
    return response


@router.api_operation(
    METHODS,
    WORKFLOWS + "/{workflow}/package",
    auth=anybody,
    response={200: None, **_REFUSALS},
    operation_id="get_package",
    summary="Download the evidence package of a workflow",
    openapi_extra=giving(ZIP, "A zip that holds a BagIt bag.", etag="Equal tags mean equal bytes."),
)
def get_package(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """All evidence of a workflow, one directory per attestation, in a zip that checks itself.

    The same workflow gives the same bytes, so a broken download can be resumed.
    """
    actor = actor_of(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    package = package_of(found)
    response = serve(
        request,
        length=package.length,
        etag=package.etag,
        content_type=ZIP,
        filename=package.filename,
        read=package.archive.read,
        headers=_HEADERS,
    )
    if sends_bytes(request, response):
        details = {
            "etag": package.etag,
            "size": package.length,
            "range": response.headers.get("Content-Range"),
        }
        note_download(actor=actor, workflow=found, what=Download.PACKAGE, details=details)
    return response


def _statement(request: HttpRequest, record: Record, filename: str) -> HttpResponseBase:
    return serve_bytes(
        request,
        bytes(record.body),
        content_type=STATEMENT,
        filename=filename,
        etag=record.sha256,
        headers=_HEADERS,
    )


def _proof(request: HttpRequest, log: Log, record: Record, filename: str) -> HttpResponseBase:
    seal = sealed.seal_of(log, record.pk)
    if seal is None:
        raise Pending(
            f"Record {record.pk} is safe and not sealed yet, so there is no proof of it so far. "
            "Ask again in some seconds; the log of the organization says how much is pending."
        )
    return serve_bytes(request, seal.proof, content_type=PROOF, filename=filename, headers=_HEADERS)

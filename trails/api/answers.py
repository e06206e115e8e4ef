"""Turns rows into answers. Reads what the views have fetched; asks the database for nothing else
but the place of a single record in the log, which it got after it was written.

Names are safe in an address as they are (`trails.words`), so addresses are put together here; a
test follows every one of them.
"""

import json
from collections.abc import Iterable, Sequence

from django.conf import settings

from evidence.models import Record
from evidence.vault.direct import Part
from trails import state
from trails.actions.attestations import Made, Upload, attested
from trails.api import schemas
from trails.models import (
    Attestation,
    DirectUpload,
    Disposal,
    Evidence,
    Organization,
    Trail,
    TrailPackage,
    TrailVersion,
    UserData,
    Workflow,
    WorkflowStatus,
)


def organization_url(name: str) -> str:
    """Return the address below which everything of an organization is."""
    return f"{settings.PUBLIC_URL}/api/v1/organizations/{name}"


def trail_url(trail: Trail) -> str:
    """Return the address of a trail."""
    return f"{organization_url(trail.organization.name)}/trails/{trail.name}"


def workflow_url(workflow: Workflow) -> str:
    """Return the address of a workflow."""
    return f"{trail_url(workflow.trail)}/workflows/{workflow.name}"


def attestation_url(workflow: Workflow, id: object) -> str:
    """Return the address of an attestation of a workflow."""
    return f"{workflow_url(workflow)}/attestations/{id}"


def organization(row: Organization) -> schemas.Organization:
    """Return an organization."""
    url = organization_url(row.name)
    return schemas.Organization(name=row.name, trails_url=f"{url}/trails", log_url=f"{url}/log")


def trail(row: Trail) -> schemas.Trail:
    """Return a trail with its version in force."""
    version: TrailVersion = row.version
    url = trail_url(row)
    return schemas.Trail(
        name=row.name,
        organization=row.organization.name,
        description=version.description,
        visibility=version.visibility,
        steps=[schemas.Step(**step) for step in version.steps],
        retention_days=version.retention_days,
        version=version.number,
        created_at=row.created_at,
        configured_at=version.at,
        record=_record(version.record),
        url=url,
        workflows_url=f"{url}/workflows",
        packages_url=f"{url}/packages",
    )


def trail_package(row: TrailPackage) -> schemas.TrailPackage:
    """Return the package of a trail, as far as it is."""
    url = f"{trail_url(row.trail)}/packages/{row.pk}"
    return schemas.TrailPackage(
        id=row.pk,
        organization=row.trail.organization.name,
        trail=row.trail.name,
        state=row.state,
        reason=row.reason or None,
        begun_after=row.since,
        begun_before=row.until,
        log_size=row.checkpoint.size,
        workflows=row.workflows,
        workflows_done=row.done,
        size=row.length,
        etag=row.etag or None,
        asked_at=row.at,
        by=_by(row),
        expires_at=row.expires_at,
        url=url,
        download_url=f"{url}/download" if row.is_ready else None,
    )


def upload(row: DirectUpload) -> schemas.Upload:
    """Return a direct upload, as far as it is."""
    return schemas.Upload(
        id=row.pk,
        organization=row.organization.name,
        state=row.state,
        reason=row.reason or None,
        sha256=row.sha256,
        size=row.size,
        checked=row.checked,
        announced_at=row.at,
        expires_at=row.expires_at,
        url=f"{organization_url(row.organization.name)}/uploads/{row.pk}",
    )


def upload_announced(row: DirectUpload, parts: Iterable[Part]) -> schemas.UploadAnnounced:
    """Return a direct upload with the requests that bring it: the one time that they are told."""
    told = [
        schemas.UploadPart(
            url=part.url, headers=dict(part.headers), offset=part.offset, size=part.size
        )
        for part in parts
    ]
    return schemas.UploadAnnounced(**dict(upload(row)), parts=told)


def workflow(row: Workflow, status: WorkflowStatus) -> schemas.Workflow:
    """Return a workflow with the verdict over it and over each of its steps."""
    url = workflow_url(row)
    verdict = state.judge(row.version.template, attested(status))
    return schemas.Workflow(
        **workflow_verdict(row, status).model_dump(),
        organization=row.trail.organization.name,
        trail=row.trail.name,
        trail_version=row.version.number,
        description=row.description,
        steps=[_step(row, status, step) for step in verdict.steps],
        counts=schemas.Counts(
            attestations=status.attestations,
            superseded=status.attestations - len(status.latest),
        ),
        begun_at=row.at,
        last_at=status.last_at,
        by=_by(row),
        record=_record(row.record),
        attestations_url=f"{url}/attestations",
        package_url=f"{url}/package",
        statement_url=f"{url}/statement",
        proof_url=f"{url}/proof",
    )


def workflow_verdict(row: Workflow, status: WorkflowStatus) -> schemas.WorkflowVerdict:
    """Return the state of a workflow with its reasons."""
    return schemas.WorkflowVerdict(
        id=row.name, state=status.state, reasons=status.reasons, url=workflow_url(row)
    )


def attestation(row: Attestation, status: WorkflowStatus) -> schemas.Attestation:
    """Return an attestation whose workflow, evidence and digests have been fetched with it."""
    stone = row.workflow.tombstone_of(row.number)
    return _attestation(row, status, in_order(row), getattr(row, "user_data", None), stone)


def _attestation(
    row: Attestation,
    status: WorkflowStatus,
    files: Sequence[Evidence],
    data: UserData | None,
    stone: Disposal | None,
) -> schemas.Attestation:
    url = attestation_url(row.workflow, row.pk)
    return schemas.Attestation(
        id=row.pk,
        number=row.number,
        step=row.step,
        state=row.state.value,
        is_compliant=row.is_compliant,
        # A status read a moment before the attestation may not know of it yet.
        superseded=status.latest.get(row.step, [0])[0] > row.number,
        description=row.description,
        evidence=[_evidence(url, item, stone) for item in files],
        evidence_list_digest=(
            schemas.Digest(sha256=row.evidence_list.sha256, size=row.evidence_list.size)
            if row.evidence_list
            else None
        ),
        external=[schemas.Link(**link) for link in row.external],
        user_data_digest=schemas.Digest(sha256=data.sha256, size=data.size) if data else None,
        occurred_at=row.occurred_at,
        at=row.at,
        by=_by(row),
        record=_record(row.record),
        url=url,
        statement_url=f"{url}/statement",
        proof_url=f"{url}/proof",
    )


def attestation_with_data(row: Attestation, status: WorkflowStatus) -> schemas.AttestationWithData:
    """Return an attestation with the free JSON that came with it."""
    data = getattr(row, "user_data", None)
    return schemas.AttestationWithData(
        **dict(attestation(row, status)), user_data=json.loads(data.text) if data else None
    )


def received(made: Made, uploads: Sequence[Upload]) -> schemas.AttestationReceived:
    """Return an attestation to its reporter, with the names of the files as they were sent."""
    row, status = made.attestation, made.status
    # What was recorded before may have been disposed of since.
    stone = None if made.created else row.workflow.tombstone_of(row.number)
    said = dict(_attestation(row, status, made.evidence, made.user_data, stone))
    said["evidence"] = [
        schemas.EvidenceReceived(
            **dict(item), sent_as=upload.name if upload.name != item.name else None
        )
        for item, upload in zip(said["evidence"], uploads, strict=True)
    ]
    return schemas.AttestationReceived(**said, workflow=workflow_verdict(row.workflow, status))


def in_order(row: Attestation) -> list[Evidence]:
    """Return the evidence of an attestation in the order of its upload."""
    return sorted(row.evidence.all(), key=lambda item: item.position)


def _evidence(attestation_url: str, row: Evidence, stone: Disposal | None) -> schemas.Evidence:
    disposed = schemas.Disposed(by=_by(stone), at=stone.at, reason=stone.reason) if stone else None
    return schemas.Evidence(
        id=row.pk,
        name=row.name,
        sha256=row.blob.sha256,
        size=row.blob.size,
        media_type=row.media_type,
        disposed=disposed,
        url=f"{attestation_url}/evidence/{row.pk}",
    )


def _step(row: Workflow, status: WorkflowStatus, step: state.StepVerdict) -> schemas.StepVerdict:
    id = status.latest[step.step][2] if step.step in status.latest else None
    return schemas.StepVerdict(
        name=step.step,
        state=step.state,
        required=step.required,
        expected=step.expected,
        number=step.number,
        attestation=id,
        attestation_url=attestation_url(row, id) if id else None,
    )


def _by(row: Workflow | Attestation | Disposal | TrailPackage) -> schemas.By:
    return schemas.By(kind=row.by_kind, id=row.by_id, name=row.by_name)


def _record(row: Record) -> schemas.RecordOut:
    # Lists join the leaf. For a record that was just written it is asked for here: it was sealed
    # after the act.
    leaf = getattr(row, "leaf", None)
    return schemas.RecordOut(id=row.pk, sha256=row.sha256, index=leaf.index if leaf else None)

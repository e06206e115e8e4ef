"""The act of attesting: DESIGN §4, from staged bytes to a committed attestation.

What a reporter may say, and how it is made fit, is `trails.actions.reports`.
"""

import datetime
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from evidence import media_types
from evidence.ledger import log, statement
from evidence.models import Blob
from evidence.prepared import Prepared
from evidence.vault import store
from evidence.vault.digest import Digest, digest_of
from evidence.writing import insert, together, update
from trails import actors
from trails.actions import counting, indexing, records, reports
from trails.actions.archive import require_in_use
from trails.actions.reports import Report, Upload, canonical_json
from trails.actors import Actor
from trails.errors import Conflict
from trails.models import Attestation, Evidence, UserData, Workflow, WorkflowStatus
from trails.permissions import Act, require
from trails.state import Attested, judge

__all__ = ["Made", "Report", "Upload", "attest", "attested", "canonical_json"]

# The largest that a row can hold: no statement of a report is longer than with this number.
LAST_NUMBER = 2_147_483_647
_STATUS = Prepared(lambda pk: WorkflowStatus.objects.select_for_update().filter(pk=pk))
RIGHTS_LAST = 5.0  # seconds for which what was looked up when a report began is believed


@dataclass(frozen=True, slots=True)
class Made:
    """What `attest` did: `created` is false for a retry of something that is recorded already.

    `status`, `evidence` and `user_data` are the rows as they were written, so that nobody has to
    read them back; for a retry only `status` is there.
    """

    attestation: Attestation
    created: bool
    status: WorkflowStatus
    evidence: Sequence[Evidence] = ()
    user_data: UserData | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """A report that has been checked, with everything that its attestation is made of."""

    actor: Actor
    workflow: Workflow
    report: Report
    files: Sequence[Upload]
    # The list of evidence, where it is a file of its own.
    listing: Upload | None
    content_sha256: str
    idempotency_key: str | None
    retry_window: datetime.timedelta | None
    user_data: Digest | None

    @property
    def promoted(self) -> list[Upload]:
        """Return everything that goes into the vault."""
        return [*self.files, *([self.listing] if self.listing else [])]


def attest(
    *,
    actor: Actor,
    workflow: Workflow,
    report: Report,
    uploads: Sequence[Upload] = (),
    idempotency_key: str | None = None,
    retry_window: datetime.timedelta | None = None,
) -> Made:
    """Record one event of a workflow with its evidence, all or nothing.

    The uploads are staged and hashed already; here they are promoted to their content address,
    durable, before the one transaction that names them. The caller discards what it staged.

    `idempotency_key`: the same key by the same actor for the same workflow returns what it made;
    with another content it is a `Conflict`. `retry_window`: without a key, the same report by the
    same actor as the step's newest attestation, within the window, is taken for its retry.
    """
    require(actor, Act.ATTEST, workflow.trail.organization)
    if idempotency_key is None and retry_window is None:
        require_in_use(workflow.trail)  # or else it may repeat what was recorded before
    report = reports.checked(report)
    files = reports.named(uploads)
    case = _Case(
        actor=actor,
        workflow=workflow,
        report=report,
        files=files,
        listing=None,
        content_sha256=reports.content_sha256(report, files),
        idempotency_key=reports.idempotency_key(idempotency_key),
        retry_window=retry_window,
        user_data=digest_of(report.user_data.encode()) if report.user_data is not None else None,
    )
    listing = reports.evidence_list(files)
    try:
        case = replace(case, listing=listing)
        # What is too long for a record is refused before anything enters the vault.
        if reports.may_be_too_long(report):
            _statement(case, _draft(case, LAST_NUMBER, timezone.now()))
        store.promote_all([upload.staged for upload in case.promoted])
        with transaction.atomic():
            return _write(case)
    finally:
        if listing:
            listing.staged.discard()


def _write(case: _Case) -> Made:
    if time.monotonic() - case.actor.since > RIGHTS_LAST:
        # The body may have taken hours to arrive; the right to attest may have ended meanwhile, and
        # the trail may have been archived.
        require(actors.anew(case.actor), Act.ATTEST, case.workflow.trail.organization)
        case.workflow.trail.refresh_from_db(fields=["archived_at"])
    # Attestations of one workflow are written one after the other: their numbers have no gaps.
    [status] = _STATUS.rows(case.workflow.pk)
    earlier = _earlier(case, status)
    if earlier is not None:
        return Made(earlier, created=False, status=status)
    require_in_use(case.workflow.trail)
    with together():
        blobs = store.name([upload.staged for upload in case.promoted])
        attestation = _draft(case, status.attestations + 1, timezone.now())
        if case.listing:
            attestation.evidence_list = blobs[case.listing.staged.digest.sha256]
        ledger = case.workflow.trail.organization.log
        attestation.record = log.append(ledger, _statement(case, attestation))
        attestation.save()
        evidence = _write_evidence(attestation, case.files, blobs)
        user_data = _write_user_data(attestation, case)
        insert([indexing.of_attestation(attestation, evidence, user_data)])
        _judge_again(status, case.workflow, attestation)
    return Made(attestation, True, status, evidence, user_data)


def _draft(case: _Case, number: int, at: datetime.datetime) -> Attestation:
    return Attestation(
        workflow=case.workflow,
        step=case.report.step,
        number=number,
        is_compliant=case.report.is_compliant,
        description=case.report.description,
        external=list(case.report.external),
        occurred_at=case.report.occurred_at,
        idempotency_key=case.idempotency_key,
        content_sha256=case.content_sha256,
        at=at,
        **case.actor.by_columns,
    )


def _earlier(case: _Case, status: WorkflowStatus) -> Attestation | None:
    """Return the attestation that this report repeats, if it does."""
    if case.idempotency_key is not None:
        found = Attestation.objects.filter(
            workflow=case.workflow, by_id=case.actor.id, idempotency_key=case.idempotency_key
        ).first()
        if found is not None and found.content_sha256 != case.content_sha256:
            raise Conflict(
                f"The Idempotency-Key was used for another report, attestation {found.pk}. "
                "Send a new key with a new report.",
                field="Idempotency-Key",
            )
        return found
    step = case.report.step
    if case.retry_window is not None and step in status.latest:
        newest = Attestation.objects.get(pk=status.latest[step][2])
        same = newest.content_sha256 == case.content_sha256 and newest.by_id == case.actor.id
        if same and newest.at > timezone.now() - case.retry_window:
            return newest
    return None


def _statement(case: _Case, attestation: Attestation) -> bytes:
    """Return the body of the attestation's record. `Invalid` when it is too long for one."""
    occurred = attestation.occurred_at
    return records.body(
        subject=case.workflow.subject,
        subject_sha256=case.workflow.record.sha256,
        predicate_type=statement.ATTESTATION,
        predicate={
            "id": str(attestation.pk),
            "step": attestation.step,
            "number": attestation.number,
            "is_compliant": attestation.is_compliant,
            "description": attestation.description,
            "evidence": reports.descriptors([case.listing] if case.listing else case.files),
            "user_data": {"digest": {"sha256": case.user_data.sha256}} if case.user_data else None,
            "external": attestation.external,
            "occurred_at": statement.timestamp(occurred) if occurred else None,
            # For an attestation that overrides another one; nothing writes these yet.
            "overrides": None,
            "reason": None,
        },
        actor=case.actor,
        at=attestation.at,
    )


def _write_evidence(
    attestation: Attestation, files: Sequence[Upload], blobs: dict[str, Blob]
) -> list[Evidence]:
    rows = [
        Evidence(
            attestation=attestation,
            position=position,
            name=upload.name,
            media_type=media_types.guess(upload.name),
            blob=blobs[upload.staged.digest.sha256],
        )
        for position, upload in enumerate(files, start=1)
    ]
    insert(rows)
    return rows


def _write_user_data(attestation: Attestation, case: _Case) -> UserData | None:
    text, digest = case.report.user_data, case.user_data
    if text is None or digest is None:
        return None
    row = UserData(
        attestation=attestation,
        text=text,
        sha256=digest.sha256,
        crc32=digest.crc32,
        size=digest.size,
    )
    row.save()
    return row


def _judge_again(status: WorkflowStatus, workflow: Workflow, attestation: Attestation) -> None:
    """Bring the cached verdict up to date with one more attestation."""
    status.attestations = attestation.number
    status.last_at = attestation.at
    status.latest[attestation.step] = [
        attestation.number,
        attestation.is_compliant,
        str(attestation.pk),
    ]
    verdict = judge(workflow.version.template, attested(status))
    changes = counting.changes(status.trail_id, status.state, verdict.state)
    status.state = verdict.state
    status.reasons = list(verdict.reasons)
    status.missing = verdict.missing
    update(status, "attestations", "last_at", "latest", "state", "reasons", "missing")
    if changes:
        insert(changes)
        counting.fold_now_and_then(status.trail_id, attestation.pk)


def attested(status: WorkflowStatus) -> list[Attested]:
    """Return the attestations that count, from the cache, as `judge` takes them."""
    return [
        Attested(step, number, is_compliant)
        for step, (number, is_compliant, _id) in status.latest.items()
    ]

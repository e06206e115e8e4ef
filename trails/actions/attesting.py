"""What an attestation is made of, and how one or many are written within one transaction.

The checks before it and the order of durability are `trails.actions.attestations`.
"""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from evidence import media_types
from evidence.ledger import log, statement
from evidence.models import Blob
from evidence.prepared import Prepared
from evidence.vault import store
from evidence.vault.digest import Digest
from evidence.vault.retaining import enforcing
from evidence.writing import insert, together, update
from trails import retaining
from trails.actions import counting, indexing, records, reports
from trails.actions.archive import require_in_use
from trails.actions.reports import Report, Upload
from trails.actors import Actor
from trails.errors import Conflict
from trails.models import Attestation, Evidence, UserData, Workflow, WorkflowStatus
from trails.state import Attested, judge

# The largest that a row can hold: no statement of a report is longer than with this number.
LAST_NUMBER = 2_147_483_647
_AT_ONCE = 400  # workflows, or keys, that are looked up in one go
_STATUS = Prepared(lambda pk: WorkflowStatus.objects.select_for_update().filter(pk=pk))


@dataclass(frozen=True, slots=True)
class Made:
    """What was done with a report: `created` is false for a retry of what is recorded already.

    `status`, `evidence` and `user_data` are the rows as they were written, so that nobody has to
    read them back; for a retry only `status` is there.
    """

    attestation: Attestation
    created: bool
    status: WorkflowStatus
    evidence: Sequence[Evidence] = ()
    user_data: UserData | None = None


@dataclass(frozen=True, slots=True)
class Case:
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


def draft(case: Case, number: int, at: datetime.datetime) -> Attestation:
    """Return the attestation that a report becomes, not yet saved and without its record."""
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


def statement_of(case: Case, attestation: Attestation) -> bytes:
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


def write(cases: Sequence[Case]) -> list[Made]:
    """Write the reports of one trail that are not there yet, in their order, in the transaction.

    One transaction at a time attests to a workflow, so that its numbers have no gaps. `Conflict`
    when a key was used for another report.
    """
    statuses = _locked({case.workflow.pk: case.workflow for case in cases})
    made = _repeated(cases, statuses)
    new = [at for at in range(len(cases)) if at not in made]
    if new:
        require_in_use(cases[0].workflow.trail)
        # One statement for all tables is for a single report; many rows go faster one by one.
        with together() if len(new) == 1 else nullcontext():
            written = _write([cases[at] for at in new], statuses)
        made |= dict(zip(new, written, strict=True))
    return [made[at] for at in range(len(cases))]


def _locked(workflows: Mapping[Any, Workflow]) -> dict[Any, WorkflowStatus]:
    """Return the cached states of workflows, which nobody else writes until the transaction ends.

    In one order everywhere, so that two transactions never wait for each other.
    """
    if len(workflows) == 1:
        [pk] = workflows
        return {pk: _STATUS.rows(pk)[0]}
    rows: dict[Any, WorkflowStatus] = {}
    keys = sorted(workflows)
    for start in range(0, len(keys), _AT_ONCE):
        part = WorkflowStatus.objects.select_for_update().filter(
            pk__in=keys[start : start + _AT_ONCE]
        )
        rows |= {row.pk: row for row in part.order_by("pk")}
    return rows


def _repeated(cases: Sequence[Case], statuses: Mapping[Any, WorkflowStatus]) -> dict[int, Made]:
    """Return, by the place of their reports, the attestations that some of the reports repeat."""
    keyed = _by_key(cases)
    made = {}
    for at, case in enumerate(cases):
        status = statuses[case.workflow.pk]
        if case.idempotency_key is not None:
            found = keyed.get((case.workflow.pk, case.idempotency_key))
            if found is not None and found.content_sha256 != case.content_sha256:
                raise Conflict(
                    f"The Idempotency-Key was used for another report, attestation {found.pk}. "
                    "Send a new key with a new report.",
                    field="Idempotency-Key",
                )
        else:
            found = _newest_alike(case, status)
        if found is not None:
            made[at] = Made(found, created=False, status=status)
    return made


def _by_key(cases: Sequence[Case]) -> dict[tuple[Any, str], Attestation]:
    """Return what the actor has attested under the keys of reports."""
    keyed = [case for case in cases if case.idempotency_key is not None]
    found: dict[tuple[Any, str], Attestation] = {}
    for start in range(0, len(keyed), _AT_ONCE):
        some = keyed[start : start + _AT_ONCE]
        rows = Attestation.objects.filter(
            workflow__in={case.workflow.pk for case in some},
            by_id=some[0].actor.id,
            idempotency_key__in={case.idempotency_key for case in some},
        )
        found |= {(row.workflow_id, row.idempotency_key): row for row in rows}
    return found


def _newest_alike(case: Case, status: WorkflowStatus) -> Attestation | None:
    """Return the step's newest attestation if a report without a key is taken for its retry."""
    step = case.report.step
    if case.retry_window is None or step not in status.latest:
        return None
    newest = Attestation.objects.get(pk=status.latest[step][2])
    same = newest.content_sha256 == case.content_sha256 and newest.by_id == case.actor.id
    return newest if same and newest.at > timezone.now() - case.retry_window else None


def _write(cases: Sequence[Case], statuses: Mapping[Any, WorkflowStatus]) -> list[Made]:
    """Write new reports, table by table and not report by report."""
    blobs = store.name([upload.staged for case in cases for upload in case.promoted])
    counted: dict[Any, list[Attestation]] = defaultdict(list)
    attestations, bodies = [], []
    for case in cases:
        status, before = statuses[case.workflow.pk], counted[case.workflow.pk]
        row = draft(case, status.attestations + len(before) + 1, timezone.now())
        if case.listing:
            row.evidence_list = blobs[case.listing.staged.digest.sha256]
        before.append(row)
        attestations.append(row)
        bodies.append(statement_of(case, row))
    ledger = cases[0].workflow.trail.organization.log
    for row, record in zip(attestations, log.append_all(ledger, bodies), strict=True):
        row.record = record
    insert(attestations)
    made = [
        Made(
            row,
            True,
            statuses[case.workflow.pk],
            _evidence(row, case, blobs),
            _user_data(row, case),
        )
        for row, case in zip(attestations, cases, strict=True)
    ]
    insert([file for one in made for file in one.evidence])
    insert([one.user_data for one in made if one.user_data is not None])
    insert([indexing.of_attestation(one.attestation, one.evidence, one.user_data) for one in made])
    for rows in counted.values():
        _judge_again(statuses[rows[0].workflow_id], rows)
    if enforcing():
        # It is recorded whatever the store says to this; `manage.py retain` asks again.
        transaction.on_commit(partial(retaining.after_attesting, attestations), robust=True)
    return made


def _evidence(attestation: Attestation, case: Case, blobs: Mapping[str, Blob]) -> list[Evidence]:
    return [
        Evidence(
            attestation=attestation,
            position=position,
            name=upload.name,
            media_type=media_types.guess(upload.name),
            blob=blobs[upload.staged.digest.sha256],
        )
        for position, upload in enumerate(case.files, start=1)
    ]


def _user_data(attestation: Attestation, case: Case) -> UserData | None:
    text, digest = case.report.user_data, case.user_data
    if text is None or digest is None:
        return None
    return UserData(
        attestation=attestation,
        text=text,
        sha256=digest.sha256,
        crc32=digest.crc32,
        size=digest.size,
    )


def _judge_again(status: WorkflowStatus, attestations: Sequence[Attestation]) -> None:
    """Bring the cached verdict on a workflow up to date with attestations more."""
    for row in attestations:
        status.latest[row.step] = [row.number, row.is_compliant, str(row.pk)]
    last = attestations[-1]
    status.attestations, status.last_at = last.number, last.at
    verdict = judge(last.workflow.version.template, attested(status))
    changes = counting.changes(status.trail_id, status.state, verdict.state)
    status.state = verdict.state
    status.reasons = list(verdict.reasons)
    status.missing = verdict.missing
    update(status, "attestations", "last_at", "latest", "state", "reasons", "missing")
    if changes:
        insert(changes)
        counting.fold_now_and_then(status.trail_id, last.pk)


def attested(status: WorkflowStatus) -> list[Attested]:
    """Return the attestations that count, from the cache, as `judge` takes them."""
    return [
        Attested(step, number, is_compliant)
        for step, (number, is_compliant, _id) in status.latest.items()
    ]

"""The act of attesting: DESIGN §4, from staged bytes to a committed attestation.

What a reporter may say, and how it is made fit, is `trails.actions.reports`; what is written within
the transaction is `trails.actions.attesting`.
"""

import datetime
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from evidence.vault import store
from evidence.vault.digest import digest_of
from trails import actors
from trails.actions import attesting, reports
from trails.actions.archive import require_in_use
from trails.actions.attesting import LAST_NUMBER, Case, Made, attested
from trails.actions.reports import Report, Upload, canonical_json
from trails.actors import Actor
from trails.errors import Invalid, TrailsError
from trails.models import Trail, Workflow
from trails.permissions import Act, require

__all__ = [
    "Item",
    "Made",
    "Refused",
    "Report",
    "Upload",
    "attest",
    "attest_all",
    "attested",
    "canonical_json",
]

_AT_ONCE = 500  # workflows that are looked up in one go
RIGHTS_LAST = 5.0  # seconds for which what was looked up when a report began is believed


@dataclass(frozen=True, slots=True)
class Item:
    """One report of many: the id of its workflow, and what `attest` takes."""

    workflow: str
    report: Report
    uploads: Sequence[Upload] = ()
    idempotency_key: str | None = None


class Refused(Invalid):
    """Some of many reports do not fit, so none is recorded: why, by their places from 0."""

    def __init__(self, reasons: dict[int, TrailsError], of: int) -> None:
        self.reasons = reasons
        super().__init__(
            f"{len(reasons)} of {of} attestations do not fit, so none is recorded. Mend them and "
            "send all of them again."
        )


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
    case = _case(actor, workflow, report, uploads, idempotency_key)
    [made] = _record([replace(case, retry_window=retry_window)])
    return made


def attest_all(*, actor: Actor, trail: Trail, items: Sequence[Item]) -> list[Made]:
    """Record many events of the workflows of a trail with their evidence, all or nothing.

    In the order given, each as `attest` does. `Refused` names every one that does not fit.
    """
    require(actor, Act.ATTEST, trail.organization)
    found = _workflows(trail, {item.workflow for item in items})
    cases: list[Case] = []
    reasons: dict[int, TrailsError] = {}
    keys: dict[tuple[str, str], int] = {}
    for at, item in enumerate(items):
        try:
            if item.workflow not in found:
                raise Invalid(
                    f"There is no workflow '{item.workflow}' in this trail. Begin it first.",
                    field="workflow",
                )
            workflow = found[item.workflow]
            case = _case(actor, workflow, item.report, item.uploads, item.idempotency_key)
            cases.append(case)
            # As it is recorded: what came in two spellings is one key.
            key = (item.workflow, case.idempotency_key or "")
            if case.idempotency_key and keys.setdefault(key, at) != at:
                raise Invalid(
                    f"Attestation {keys[key]} has the same key for the same workflow. Give each "
                    "its own.",
                    field="idempotency_key",
                )
        except TrailsError as error:
            reasons[at] = error
    if reasons:
        _discard(cases)
        raise Refused(reasons, of=len(items))
    return _record(cases)


def _workflows(trail: Trail, ids: set[str]) -> dict[str, Workflow]:
    """Return workflows of a trail by their ids, those that there are."""
    found: dict[str, Workflow] = {}
    rest = sorted(id for id in ids if "\x00" not in id)
    for start in range(0, len(rest), _AT_ONCE):
        rows = Workflow.objects.filter(trail=trail, name__in=rest[start : start + _AT_ONCE])
        for row in rows.select_related("version", "record"):
            row.trail = trail
            found[row.name] = row
    return found


def _case(
    actor: Actor,
    workflow: Workflow,
    report: Report,
    uploads: Sequence[Upload],
    idempotency_key: str | None,
) -> Case:
    """Return a report that has been checked; what is too long for a record is refused."""
    report = reports.checked(report)
    files = reports.named(uploads)
    case = Case(
        actor=actor,
        workflow=workflow,
        report=report,
        files=files,
        listing=None,
        content_sha256=reports.content_sha256(report, files),
        idempotency_key=reports.idempotency_key(idempotency_key),
        retry_window=None,
        user_data=digest_of(report.user_data.encode()) if report.user_data is not None else None,
    )
    case = replace(case, listing=reports.evidence_list(files))
    try:
        # What is too long for a record is refused before anything enters the vault.
        if reports.may_be_too_long(report):
            attesting.statement_of(case, attesting.draft(case, LAST_NUMBER, timezone.now()))
    except TrailsError:
        _discard([case])
        raise
    return case


def _discard(cases: Sequence[Case]) -> None:
    """Let go of the lists of evidence that were staged; other files are the caller's."""
    for case in cases:
        if case.listing:
            case.listing.staged.discard()


def _record(cases: Sequence[Case]) -> list[Made]:
    """Promote the files of checked reports, and write what is not recorded yet."""
    try:
        store.promote_all([upload.staged for case in cases for upload in case.promoted])
        with transaction.atomic():
            return _write(cases)
    finally:
        _discard(cases)


def _write(cases: Sequence[Case]) -> list[Made]:
    trail, actor = cases[0].workflow.trail, cases[0].actor
    if time.monotonic() - actor.since > RIGHTS_LAST:
        # The body may have taken hours to arrive; the right to attest may have ended meanwhile, and
        # the trail may have been archived.
        require(actors.anew(actor), Act.ATTEST, trail.organization)
        trail.refresh_from_db(fields=["archived_at"])
    return attesting.write(cases)

"""The act of disposing of a workflow's evidence, once its retention has ended.

What is written is a tombstone: who, when, why, and the digest of every file. The attestations and
their records stay as they are, so the log verifies as before. Free data is not disposed of.

The order is the reverse of attesting: first the transaction that says so, then the bytes. After a
crash between the two, `manage.py sweep` removes what is left (`trails.erasing`).

Threat. Whoever can dispose of evidence can destroy it. So it takes an admin, a reason, the name of
the workflow typed, the end of a retention that cannot be shortened, and no hold; and it leaves
records in a log that others witness.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from trails import erasing, keeping
from trails.actions import inputs, records
from trails.actors import Actor
from trails.errors import Conflict
from trails.models import Disposal, DisposalPart, Evidence, Hold, Trail, Workflow
from trails.permissions import Act, require
from trails.retention import Due

DISPOSED = "evidence-disposed"
DIGESTS_AT_MOST = 500  # in one record, which holds 65,535 bytes


@transaction.atomic
def dispose_of_evidence(
    *, actor: Actor, workflow: Workflow, up_to: int, reason: str, confirm: str
) -> Disposal:
    """Dispose of the files of a workflow's attestations up to the one with this number.

    The name of the workflow must be typed. `Conflict` while a hold is in force, before the end of
    retention, and when nothing is left to dispose of; the text says which.
    """
    require(actor, Act.DISPOSE, workflow.trail.organization)
    why = inputs.reason(reason)
    inputs.refuse_unless_typed(confirm, workflow.name, "the workflow")
    # The lock of holds, and of every write of a trail: what is read from here on stays so.
    Trail.objects.select_for_update(no_key=True).get(pk=workflow.trail_id)
    workflow = Workflow.objects.select_related("trail__organization", "record").get(pk=workflow.pk)
    _refuse_held(workflow)
    if up_to > workflow.disposed_up_to:
        _refuse_early(up_to, keeping.due_of(workflow, keeping.terms_of(workflow.trail_id)))
    files = Evidence.objects.filter(
        attestation__workflow=workflow,
        attestation__number__gt=workflow.disposed_up_to,
        attestation__number__lte=up_to,
    )
    rows = list(files.values_list("blob_id", "blob__size"))
    if not rows:
        raise Conflict(f"Nothing is left to dispose of up to attestation {up_to}.", field="up_to")
    disposal = Disposal(
        workflow=workflow,
        up_to=up_to,
        files=len(rows),
        bytes=sum(size for _, size in rows),
        reason=why,
        at=timezone.now(),
        **actor.by_columns,
    )
    digests = sorted({sha256 for sha256, _ in rows})
    parts = _write_records(disposal, actor, digests)
    disposal.record = parts[-1]
    disposal.save()
    for number, record in enumerate(parts, start=1):
        DisposalPart(disposal=disposal, number=number, record=record).save()
    transaction.on_commit(partial(erasing.erase_for_a_while, digests), robust=True)
    return disposal


def _refuse_held(workflow: Workflow) -> None:
    hold = Hold.objects.in_force().on(workflow).order_by("pk").first()
    if hold is None:
        return
    named = hold.workflow or workflow.trail
    raise Conflict(
        f"The {hold.scope} '{named.name}' is under a legal hold by {hold.by_name} since "
        f"{hold.at:%Y-%m-%d %H:%M} UTC: {hold.reason} Evidence can be disposed of once an admin "
        "has released it."
    )


def _refuse_early(up_to: int, due: Due) -> None:
    if due.up_to is not None and up_to <= due.up_to:
        return
    if due.kept is None:
        raise Conflict(f"There is no attestation {up_to} yet, so nothing to dispose of in it.")
    if due.kept_until is None:
        raise Conflict(
            "The trail keeps evidence for ever. An admin can set a retention in its configuration; "
            "what has reached its end by then can be disposed of.",
        )
    raise Conflict(
        f"Evidence of attestation {due.kept} is kept until {due.kept_until:%Y-%m-%d %H:%M} UTC. "
        "Dispose of it after that."
    )


def _write_records(disposal: Disposal, actor: Actor, digests: Sequence[str]) -> list[Any]:
    """Write an activity for every so many digests, each with its record."""
    workflow = disposal.workflow
    parts = [
        digests[start : start + DIGESTS_AT_MOST]
        for start in range(0, len(digests), DIGESTS_AT_MOST)
    ]
    written = []
    for number, part in enumerate(parts, start=1):
        activity = records.activity(
            workflow.trail.organization,
            actor=actor,
            verb=DISPOSED,
            details={
                "reason": disposal.reason,
                "up_to": disposal.up_to,
                "part": number,
                "parts": len(parts),
                "digests": list(part),
            },
            at=disposal.at,
            subject=workflow.subject,
            subject_sha256=workflow.record.sha256,
        )
        written.append(activity.record)
    return written

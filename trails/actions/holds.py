"""Acts on legal holds: the evidence of a trail or workflow stays, until somebody says otherwise.

The trail's row is the lock of both, and of `trails.actions.disposals`: what is under a hold that is
in force is not disposed of, whoever comes first.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from trails.actions import inputs, records
from trails.actors import Actor
from trails.errors import Conflict, Invalid
from trails.models import Hold, HoldRelease, Trail, Workflow
from trails.permissions import Act, require

PLACED, RELEASED = "hold-placed", "hold-released"


@transaction.atomic
def place_hold(*, actor: Actor, trail: Trail, workflow: Workflow | None, reason: str) -> Hold:
    """Place a hold on a workflow, or on all of a trail where that is None."""
    require(actor, Act.HOLD_EVIDENCE, trail.organization)
    if workflow is not None and workflow.trail_id != trail.pk:
        raise Invalid(f"Workflow '{workflow.name}' is not in trail '{trail.name}'.")
    why = inputs.reason(reason)
    _lock(trail)
    hold = Hold(trail=trail, workflow=workflow, reason=why, at=timezone.now(), **actor.by_columns)
    details = {"hold": str(hold.pk), "reason": why, "scope": hold.scope}
    _write(hold, hold, actor, PLACED, details)
    return hold


@transaction.atomic
def release_hold(*, actor: Actor, hold: Hold, reason: str, confirm: str) -> HoldRelease:
    """End a hold. The name of the trail or workflow that it is on must be typed."""
    require(actor, Act.HOLD_EVIDENCE, hold.trail.organization)
    why = inputs.reason(reason)
    named = hold.workflow or hold.trail
    inputs.refuse_unless_typed(confirm, named.name, f"the {hold.scope}")
    _lock(hold.trail)
    earlier = HoldRelease.objects.filter(hold=hold).first()
    if earlier is not None:
        raise Conflict(
            f"The hold was released by {earlier.by_name} on {earlier.at:%Y-%m-%d %H:%M} UTC."
        )
    release = HoldRelease(hold=hold, reason=why, at=timezone.now(), **actor.by_columns)
    _write(release, hold, actor, RELEASED, {"hold": str(hold.pk), "reason": why})
    return release


def _lock(trail: Trail) -> None:
    """Hold out other holds, and disposals, until the transaction ends."""
    Trail.objects.select_for_update(no_key=True).get(pk=trail.pk)


def _write(row: Any, hold: Hold, actor: Actor, verb: str, details: dict[str, Any]) -> None:
    """Write the activity with its record, and then the row that points at it."""
    opening = hold.workflow.record if hold.workflow else hold.trail.versions.get(number=1).record
    activity = records.activity(
        hold.trail.organization,
        actor=actor,
        verb=verb,
        details=details,
        at=row.at,
        subject=hold.workflow.subject if hold.workflow else hold.trail.subject,
        subject_sha256=opening.sha256,
    )
    row.record = activity.record
    row.save()

"""Acts on audit trails."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

from django.db import transaction
from django.utils import timezone

from evidence.ledger import statement
from trails.actions import inputs, records
from trails.actors import Actor
from trails.errors import Conflict, Invalid
from trails.models import Organization, Trail, TrailVersion
from trails.permissions import Act, require
from trails.words import Visibility


@dataclass(frozen=True, slots=True)
class Configured:
    """What `configure_trail` did: `created` for a new trail, `changed` for a new version."""

    trail: Trail
    created: bool
    changed: bool


@transaction.atomic
def configure_trail(
    *,
    actor: Actor,
    organization: Organization,
    name: str,
    description: str | None = None,
    visibility: str | None = None,
    steps: Sequence[Any] | None = None,
    retention_days: int | EllipsisType | None = ...,
    based_on: int | None = None,
) -> Configured:
    """Create a trail, or write the next version of its configuration.

    What is None stays as it is; a new trail starts private, without steps. `retention_days` stays
    when it is left out, for None means for ever. The same configuration again writes nothing.
    `based_on` is the version that the caller has read, 0 for no trail yet:
    when another one is in force by now, it is a `Conflict`.
    """
    require(actor, Act.CONFIGURE_TRAIL, organization)
    name = inputs.trail_name(name)
    # One configuration at a time in an organization: versions count up without gaps.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    # And none beside an act of disposal: a retention that it has not seen is of after it.
    trail = (
        Trail.objects.select_for_update(no_key=True, of=("self",))
        .select_related("current")
        .filter(organization=organization, name=name)
        .first()
    )
    before = trail.current if trail else None
    if based_on is not None:
        _require_version(name, before, based_on)
    wanted = {
        "description": _description(description, before),
        "visibility": _visibility(visibility, before),
        "steps": inputs.steps(steps) if steps is not None else (before.steps if before else []),
        "retention_days": _retention(retention_days, before),
    }
    if trail and before and all(getattr(before, key) == wanted[key] for key in wanted):
        return Configured(trail, created=False, changed=False)
    created = trail is None
    now = timezone.now()
    trail = trail or Trail.objects.create(organization=organization, name=name, created_at=now)
    number = before.number + 1 if before else 1
    opening = organization.opening if created else trail.versions.get(number=1).record
    record = records.write(
        organization.log,
        subject=organization.name if created else f"{organization.name}/{name}",
        subject_sha256=opening.sha256,
        **_said({"version": number, "name": name, **wanted}),
        actor=actor,
        at=now,
    )
    trail.current = TrailVersion.objects.create(
        trail=trail, number=number, at=now, record=record, **wanted, **actor.by_columns
    )
    trail.save(update_fields=["current"])
    return Configured(trail, created=created, changed=True)


def _said(predicate: dict[str, Any]) -> dict[str, Any]:
    """Return a version's predicate and its type: the first type knew of no retention."""
    if predicate["retention_days"] is not None:
        return {"predicate_type": statement.TRAIL_RETAINED, "predicate": predicate}
    del predicate["retention_days"]
    return {"predicate_type": statement.TRAIL, "predicate": predicate}


def _require_version(name: str, before: TrailVersion | None, based_on: int) -> None:
    number = before.number if before else 0
    if number == based_on:
        return
    if based_on == 0:
        raise Conflict(f"There is a trail called '{name}' already.", field="name")
    raise Conflict(
        f"Trail '{name}' is at version {number} by now, and this change is based on version "
        f"{based_on}. Read what has changed, and change it again."
    )


def _description(given: str | None, before: TrailVersion | None) -> str:
    if given is None:
        return before.description if before else ""
    return inputs.text(given, "description")


def _retention(given: int | EllipsisType | None, before: TrailVersion | None) -> int | None:
    if isinstance(given, EllipsisType):
        return before.retention_days if before else None
    return inputs.retention_days(given)


def _visibility(given: str | None, before: TrailVersion | None) -> str:
    if given is None:
        return before.visibility if before else Visibility.PRIVATE.value
    if given not in Visibility.values:
        raise Invalid(f"'{given}' is not a visibility. Use private or public.", field="visibility")
    return str(given)

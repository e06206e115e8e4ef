"""Acts that close an audit trail and open it again. What is recorded in it stays readable."""

from django.db import transaction
from django.utils import timezone

from trails.actions import records
from trails.actors import Actor
from trails.errors import Conflict, Invalid
from trails.models import Trail
from trails.permissions import Act, require


@transaction.atomic
def archive_trail(*, trail: Trail, actor: Actor, confirm: str) -> None:
    """Archive a trail: nothing is begun or attested in it any more. Its name must be typed.

    A report that was let in a moment before may still be recorded.
    """
    locked = _locked(trail, actor, confirm)
    if locked.archived_at is None:
        locked.archived_at, locked.archived_by = timezone.now(), actor.name
        _save(locked, trail, actor, "trail.archived")


@transaction.atomic
def restore_trail(*, trail: Trail, actor: Actor, confirm: str) -> None:
    """Take an archived trail into use again. Its name must be typed."""
    locked = _locked(trail, actor, confirm)
    if locked.archived_at is not None:
        locked.archived_at, locked.archived_by = None, ""
        _save(locked, trail, actor, "trail.restored")


def require_in_use(trail: Trail) -> None:
    """Return if the trail takes reports; raise `Conflict` with since when it is archived if not."""
    if trail.archived_at is not None:
        raise Conflict(
            f"Trail '{trail.name}' is archived since {trail.archived_at:%Y-%m-%d %H:%M} UTC and "
            "takes nothing new. An admin of the organization can restore it."
        )


def _locked(trail: Trail, actor: Actor, confirm: str) -> Trail:
    require(actor, Act.CONFIGURE_TRAIL, trail.organization)
    if confirm != trail.name:
        raise Invalid(f"Type the name of the trail, {trail.name}, to confirm.", field="confirm")
    # The lock under which workflows begin: after this, none does that has not seen it.
    return Trail.objects.select_for_update(no_key=True).get(pk=trail.pk)


def _save(locked: Trail, given: Trail, actor: Actor, verb: str) -> None:
    locked.save(update_fields=["archived_at", "archived_by"])
    given.archived_at, given.archived_by = locked.archived_at, locked.archived_by
    records.activity(
        given.organization,
        actor=actor,
        verb=verb,
        details={"id": str(given.pk), "trail": given.name},
        at=timezone.now(),
        subject=given.subject,
        subject_sha256=given.versions.get(number=1).record.sha256,
    )

"""How acts write records and activity: the common last step of every act."""

import datetime
from typing import Any

from evidence.errors import NotCanonical
from evidence.ledger import log, statement
from evidence.models import Log, Record
from trails.actors import Actor
from trails.errors import Invalid
from trails.models import Activity, Organization


def body(
    *,
    subject: str,
    subject_sha256: str,
    predicate_type: str,
    predicate: dict[str, Any],
    actor: Actor,
    at: datetime.datetime,
) -> bytes:
    """Return the statement of a fact, with who and when. `Invalid` when it does not fit."""
    try:
        return statement.build(
            subject=subject,
            subject_sha256=subject_sha256,
            predicate_type=predicate_type,
            predicate=predicate | {"by": actor.by, "at": statement.timestamp(at)},
        )
    except NotCanonical as error:
        raise Invalid(str(error)) from error


def write(
    ledger: Log,
    *,
    subject: str,
    subject_sha256: str,
    predicate_type: str,
    predicate: dict[str, Any],
    actor: Actor,
    at: datetime.datetime,
) -> Record:
    """Append the record of a fact, signed with who and when. `Invalid` when it does not fit."""
    return log.append(
        ledger,
        body(
            subject=subject,
            subject_sha256=subject_sha256,
            predicate_type=predicate_type,
            predicate=predicate,
            actor=actor,
            at=at,
        ),
    )


def activity(
    organization: Organization,
    *,
    actor: Actor,
    verb: str,
    details: dict[str, Any],
    at: datetime.datetime,
    subject: str | None = None,
    subject_sha256: str | None = None,
) -> Activity:
    """Write an activity that changed something, with its record in the organization's log.

    The subject is the organization unless another one is named.
    """
    name = subject or organization.name
    record = write(
        organization.log,
        subject=name,
        subject_sha256=subject_sha256 or organization.opening.sha256,
        predicate_type=statement.ACTIVITY,
        predicate={"verb": verb, "details": details},
        actor=actor,
        at=at,
    )
    return Activity.objects.create(
        organization=organization,
        verb=verb,
        subject=name,
        details=details,
        at=at,
        record=record,
        **actor.by_columns,
    )


def note(
    organization: Organization | None,
    *,
    actor: Actor,
    verb: str,
    subject: str,
    details: dict[str, Any] | None = None,
) -> Activity:
    """Write an activity that changed nothing (a sign-in, a download); it has no record."""
    return Activity.objects.create(
        organization=organization,
        verb=verb,
        subject=subject,
        details=details or {},
        **actor.by_columns,
    )

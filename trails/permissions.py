"""Who may do what. The one file that reads roles, short enough for an auditor to read.

Reading is decided by the querysets' `visible_to`: a public trail is open to the world, a private
one to members, and what is invisible does not exist (404). Everything else is decided here.
"""

from enum import StrEnum

from trails.actors import Actor
from trails.errors import Forbidden
from trails.models import Organization
from trails.words import ActorKind, Role


class Act(StrEnum):
    """What can be done in an organization besides reading."""

    CONFIGURE_TRAIL = "configure a trail"
    BEGIN_WORKFLOW = "begin a workflow"
    ATTEST = "attest"
    SWITCH_BETA = "switch beta features"
    MANAGE_MEMBERS = "manage members"
    MANAGE_KEYS = "manage service accounts and keys"
    HOLD_EVIDENCE = "place and release legal holds"
    DISPOSE = "dispose of evidence"
    PREPARE_PACKAGES = "prepare packages of a trail"
    READ_ACTIVITY = "read the activity"


ALLOWED: dict[str, frozenset[Act]] = {
    Role.ADMIN: frozenset(Act),
    Role.WRITER: frozenset({Act.BEGIN_WORKFLOW, Act.ATTEST, Act.SWITCH_BETA, Act.PREPARE_PACKAGES}),
    Role.AUDITOR: frozenset({Act.READ_ACTIVITY, Act.PREPARE_PACKAGES}),
}


def can(actor: Actor, act: Act, organization: Organization) -> bool:
    """Tell whether the actor may do this in the organization. The system may do everything."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    role = actor.roles.get(organization.pk)
    return role is not None and act in ALLOWED[role]


def require(actor: Actor, act: Act, organization: Organization) -> None:
    """Return if the actor may do this; raise `Forbidden` with what to do if not."""
    if can(actor, act, organization):
        return
    if actor.is_anonymous:
        raise Forbidden(f"To {act} you must sign in or send an API key.")
    needed = " or ".join(role for role, acts in ALLOWED.items() if act in acts)
    raise Forbidden(
        f"{actor.name} may not {act} in organization '{organization.name}'. "
        f"It takes the role {needed}; ask an admin of the organization."
    )


def table() -> list[tuple[Act, list[bool]]]:
    """Return each act with whether each role, in the order of `Role`, may do it: for people."""
    return [(act, [act in ALLOWED[role] for role in Role]) for act in Act]

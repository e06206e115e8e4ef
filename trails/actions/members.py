"""Acts on people beyond one membership: adding somebody by e-mail, and what operators decide."""

from dataclasses import dataclass

from django.db import transaction

from trails.actions import inputs, organizations, records
from trails.actors import Actor
from trails.errors import Conflict, Forbidden
from trails.models import Membership, Organization, User
from trails.permissions import Act, require


@dataclass(frozen=True, slots=True)
class Added:
    """What `add_member` did. `is_invited` tells that the person has no password yet."""

    membership: Membership
    is_invited: bool


@transaction.atomic
def add_member(
    *, organization: Organization, email: str, role: str, actor: Actor, name: str = ""
) -> Added:
    """Give the person with an e-mail address a role; make their account if there is none.

    Whoever is a member already is a `Conflict`: adding must not change a role by accident.
    """
    require(actor, Act.MANAGE_MEMBERS, organization)
    address = inputs.line(email, "email", limit=200).lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = organizations.create_user(email=address, name=name)
    elif Membership.objects.filter(organization=organization, user=user).exists():
        raise Conflict(
            f"{address} is a member already. Change the role in the list.", field="email"
        )
    membership = organizations.set_role(
        organization=organization, user=user, role=role, actor=actor
    )
    return Added(membership, is_invited=user.is_active and not user.has_usable_password())


@transaction.atomic
def set_standing(*, user: User, is_active: bool, is_staff: bool, actor: Actor) -> None:
    """Let a person sign in or not, and open the operators' admin or not.

    Only operators with all rights do this, and not to themselves: nobody locks the door from
    outside.
    """
    if actor.user is None or not actor.user.is_superuser:
        raise Forbidden("Only a superuser of this instance changes who may sign in.")
    if actor.user.pk == user.pk:
        raise Forbidden("Another superuser must change your own standing.")
    locked = User.objects.select_for_update().get(pk=user.pk)
    before = {"is_active": locked.is_active, "is_staff": locked.is_staff}
    after = {"is_active": is_active, "is_staff": is_staff}
    if before == after:
        return
    locked.is_active, locked.is_staff = is_active, is_staff
    locked.save(update_fields=["is_active", "is_staff"])
    records.note(
        None,
        actor=actor,
        verb="user.standing-changed",
        subject=locked.email,
        details={"before": before, "after": after},
    )

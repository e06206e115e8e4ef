"""Who acts: a person, a service account, the system, or a stranger.

An actor knows the organizations it belongs to and its role in each; what a role allows is in
`trails.permissions`.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from trails.models import ApiKey, Membership, ServiceAccount, User
from trails.words import ActorKind


@dataclass(frozen=True)
class Actor:
    """Somebody, with the role they hold in each of their organizations."""

    kind: ActorKind | None
    id: str
    name: str
    roles: Mapping[uuid.UUID, str] = field(default_factory=dict)
    user: User | None = None
    key: ApiKey | None = None
    # When the roles were looked up, by a clock that only goes on.
    since: float = field(default_factory=time.monotonic, compare=False)

    @cached_property
    def organization_ids(self) -> list[uuid.UUID]:
        """Return the ids of the organizations the actor belongs to."""
        return list(self.roles)

    @property
    def is_anonymous(self) -> bool:
        """Tell whether this is a stranger."""
        return self.kind is None

    @property
    def by(self) -> dict[str, str]:
        """Return how records name the actor (FORMATS §1, `by`)."""
        if self.kind is None:
            raise ValueError("A stranger does nothing that is recorded.")
        return {"kind": self.kind.value, "id": self.id, "name": self.name}

    @property
    def by_columns(self) -> dict[str, str]:
        """Return the same as the columns of a row."""
        return {f"by_{key}": value for key, value in self.by.items()}


STRANGER = Actor(kind=None, id="", name="")
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="00000000-0000-0000-0000-000000000000", name="Trailkeeper")


def for_user(user: User, key: ApiKey | None = None) -> Actor:
    """Return the actor of a person, signed in or reporting by key."""
    roles = dict(Membership.objects.filter(user=user).values_list("organization_id", "role"))
    return Actor(ActorKind.USER, str(user.pk), str(user), roles, user=user, key=key)


def for_service_account(account: ServiceAccount, key: ApiKey | None = None) -> Actor:
    """Return the actor of a service account."""
    roles = {account.organization_id: account.role}
    return Actor(ActorKind.SERVICE_ACCOUNT, str(account.pk), account.name, roles, key=key)


def anew(actor: Actor) -> Actor:
    """Return the actor with the roles of this moment: a stranger's, if the key or account ended."""
    key = ApiKey.objects.filter(pk=actor.key.pk).first() if actor.key else None
    if actor.key and not (key and key.is_usable):
        return STRANGER
    if actor.user is not None:
        user = User.objects.filter(pk=actor.user.pk, is_active=True).first()
        return for_user(user, key) if user else STRANGER
    if actor.kind is ActorKind.SERVICE_ACCOUNT:
        account = ServiceAccount.objects.filter(pk=actor.id).first()
        return for_service_account(account, key) if account else STRANGER
    return actor

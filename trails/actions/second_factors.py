"""The act of taking second factors away, for a person who has lost them all.

Setting one up and removing it is their own doing, by allauth's pages (`trails.second_factor`).
"""

from allauth.mfa.models import Authenticator
from django.db import transaction

from trails.actions import records
from trails.actors import Actor
from trails.errors import Forbidden
from trails.models import User
from trails.words import ActorKind


@transaction.atomic
def forget_second_factors(*, user: User, actor: Actor) -> int:
    """Take away a person's app, passkeys and recovery codes; return how many there were.

    Only the system does this, that is an operator on the machine: whoever talks a colleague into
    it on a page would need no more than the password.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise Forbidden("Only an operator on the server takes second factors away.")
    found = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if found:
        Authenticator.objects.filter(user=user).delete()
        records.note(
            None,
            actor=actor,
            verb="second-factor.forgotten",
            subject=user.email,
            details={"types": sorted(map(str, found))},
        )
    return len(found)

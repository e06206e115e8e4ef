"""Who calls: by API key alone. A session cookie means nothing here, so none can be ridden on.

Reading is open to strangers, who see what is public. Writing takes a key. A key that does not work
is 401 in either case.
"""

from django.http import HttpRequest

from trails.actors import Actor
from trails.authentication import actor_of_key
from trails.errors import Unauthenticated


def anybody(request: HttpRequest) -> Actor:
    """Return the actor of the key; a stranger when no key came."""
    return actor_of_key(request)


def with_key(request: HttpRequest) -> Actor:
    """Return the actor of the key; `Unauthenticated` when no key came."""
    actor = actor_of_key(request)
    if actor.is_anonymous:
        raise Unauthenticated(
            "This call takes an API key. Send it as 'Authorization: Bearer <key>', or as the user "
            "name of HTTP Basic."
        )
    return actor


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor that `anybody` or `with_key` found for this request."""
    return request.auth  # type: ignore[attr-defined,no-any-return]  # ninja keeps it there

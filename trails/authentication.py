"""From a request to an actor: an API key in a header, or a signed-in person.

Keys come as `Authorization: Bearer <key>`, or as the user name of HTTP Basic with any password
(contract 0.1).
"""

import base64
import binascii
import datetime
import hmac

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from evidence.prepared import Prepared
from trails import actors
from trails.actions.keys import PREFIX_LENGTH, hash_token
from trails.actors import STRANGER, Actor
from trails.errors import Unauthenticated
from trails.models import ApiKey

# How exactly `last_used_at` is kept: a write per request would cost more than it tells.
_LAST_USED_EVERY = datetime.timedelta(minutes=1)
_READ_OF_A_KEY = (
    *("sha256", "expires_at", "revoked_at", "last_used_at", "user", "service_account"),
    *("user__email", "user__name", "user__is_active"),
    *("service_account__name", "service_account__role", "service_account__organization"),
)
_KEYS = Prepared(
    lambda prefix: (
        ApiKey.objects.select_related("user", "service_account")
        .filter(prefix=prefix)
        .only(*_READ_OF_A_KEY)
    )
)
_REFUSED = "The API key is not valid: unknown, expired or revoked. Ask an admin for a new one."


def token_of(request: HttpRequest) -> str | None:
    """Return the key that came with a request; None when there is no Authorization header."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode("utf-8").split(":", 1)[0]
        except (binascii.Error, UnicodeDecodeError):
            raise Unauthenticated(_REFUSED) from None
    raise Unauthenticated("Send the API key as 'Authorization: Bearer <key>', or as Basic.")


def actor_of_key(request: HttpRequest) -> Actor:
    """Return the actor of the key that came with the request, a stranger when none did.

    A key that does not work is `Unauthenticated`, even where a stranger would do: whoever sends a
    key means to use it.
    """
    token = token_of(request)
    if token is None:
        return STRANGER
    if not (token.isascii() and token.isprintable()):
        # None that we issue, and a NUL, which Basic can carry, is more than PostgreSQL can look up.
        raise Unauthenticated(_REFUSED)
    digest = hash_token(token)
    candidates = _KEYS.rows(token[:PREFIX_LENGTH])
    found = [key for key in candidates if hmac.compare_digest(key.sha256, digest)]
    if not found or not found[0].is_usable:
        raise Unauthenticated(_REFUSED)
    key = found[0]
    if key.user is not None and not key.user.is_active:
        raise Unauthenticated(_REFUSED)
    _touch(key)
    if key.user is not None:
        return actors.for_user(key.user, key)
    if key.service_account is not None:
        return actors.for_service_account(key.service_account, key)
    raise Unauthenticated(_REFUSED)


def actor_of_session(request: HttpRequest) -> Actor:
    """Return the actor of the person who is signed in, or a stranger. Asked once per request."""
    if not hasattr(request, "_trails_actor"):
        user = request.user
        actor = actors.for_user(user) if user.is_authenticated else STRANGER
        request._trails_actor = actor  # type: ignore[attr-defined]
    return request._trails_actor  # type: ignore[attr-defined,no-any-return]


def _touch(key: ApiKey) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _LAST_USED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - _LAST_USED_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)

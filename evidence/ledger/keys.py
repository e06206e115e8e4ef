"""The instance's signing key. One private key signs for every log, under each log's own name.

Threat. Whoever has the key can sign another history. They cannot make it fit what was handed out
before: packages, published checkpoints, cosignatures of witnesses and timestamps contradict it.
So the key belongs on the machine that seals and nowhere else; with `SEALING=worker` the servers
that strangers reach do not have it.
"""

from django.conf import settings
from django.core import checks

from evidence.errors import BadNote, NotSealed
from evidence.ledger.note import SigningKey, private_key

HINT = "Make one with `manage.py newkey FILE`, and set LOG_KEY_FILE to it."


def signing_key(origin: str) -> SigningKey:
    """Return the instance's key under a log's name. `NotSealed` when there is none."""
    if not settings.LOG_KEY:
        raise NotSealed(f"LOG_KEY is not set: there is no key to sign checkpoints with. {HINT}")
    return SigningKey(origin, private_key(settings.LOG_KEY))


def refuse_to_start_without() -> None:
    """Return if what has to sign can sign. `NotSealed` or `BadNote` otherwise, naming LOG_KEY."""
    if settings.LOG_KEY or settings.SEALING == "inline":
        signing_key("start")


def check_log_key(**kwargs: object) -> list[checks.CheckMessage]:
    """Report a missing or unreadable signing key (`manage.py check`)."""
    try:
        refuse_to_start_without()
    except (NotSealed, BadNote) as error:
        return [checks.Error(f"LOG_KEY: {error}", hint=HINT, id="evidence.E002")]
    return []

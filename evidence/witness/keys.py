"""The key that this instance cosigns with as a witness, and why it may not be that of a log.

Threat. A log that is its own witness proves nothing: whoever has the key signs both. And the two
kinds of signatures are kept apart by what is signed, not by the key; one key for one purpose keeps
it so even where somebody else's code mixes them up.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core import checks

from evidence.errors import BadNote
from evidence.ledger.note import Algorithm, Key, SigningKey, private_key
from evidence.models import LogKey
from evidence.witness import logs

HINT = "Make a key with `manage.py newkey FILE --witness NAME`, and set WITNESS_KEY_FILE to it."


def signing_key() -> SigningKey:
    """Return the witness's key under its name. `BadNote` where one is missing or is the log's."""
    if not settings.WITNESS_KEY or not settings.WITNESS_NAME:
        raise BadNote(f"A witness needs WITNESS_KEY and WITNESS_NAME. {HINT}")
    private = private_key(settings.WITNESS_KEY)
    key = SigningKey(settings.WITNESS_NAME, private, Algorithm.COSIGNATURE)
    if settings.LOG_KEY and _same(key.key, private_key(settings.LOG_KEY)):
        raise BadNote(f"WITNESS_KEY is the same key as LOG_KEY. {HINT}")
    return key


def known_logs() -> logs.Known:
    """Return the logs that are witnessed. `BadNote` where there are none, or the file is bad."""
    if not settings.WITNESS_LOGS_FILE:
        raise BadNote(
            "A witness needs a file of the logs that it knows, with a line 'log <vkey>' for each: "
            "set WITNESS_LOGS_FILE."
        )
    try:
        known = logs.parse(Path(settings.WITNESS_LOGS_FILE).read_bytes())
    except OSError as error:
        raise BadNote(f"WITNESS_LOGS_FILE cannot be read: {error}.") from error
    if not known:
        raise BadNote("WITNESS_LOGS_FILE names no log. Write a line 'log <vkey>' for each.")
    return known


def refuse_to_witness_itself(key: SigningKey, known: logs.Known) -> None:
    """Return if no log signs with the witness's key, here or among those it knows; `BadNote` else.

    Reads the keys that have ever signed for a log of this database.
    """
    ours = (Key.parse(vkey) for vkey in LogKey.objects.values_list("vkey", flat=True).iterator())
    theirs = (log for keys in known.values() for log in keys)
    for log in (*theirs, *ours):
        if log.public == key.key.public:
            raise BadNote(f"WITNESS_KEY is the key that signs for the log {log.name}. {HINT}")


def check_witness_key(**kwargs: object) -> list[checks.CheckMessage]:
    """Report a witness's key that is unreadable or is the log's (`manage.py check`)."""
    if not settings.WITNESS_KEY:
        return []
    try:
        signing_key()
    except BadNote as error:
        return [checks.Error(f"WITNESS_KEY: {error}", id="evidence.E003")]
    return []


def _same(key: Key, private: Ed25519PrivateKey) -> bool:
    return key.public == private.public_key().public_bytes_raw()

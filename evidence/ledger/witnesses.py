"""The policy file of this instance: who is asked to cosign its checkpoints. Pure, but for reading.

Whose cosignatures others take is up to their own policies (C2SP tlog-policy). This one says who is
asked, at which address, and when a checkpoint counts as published: once its quorum has cosigned.
"""

from pathlib import Path
from urllib.parse import urlsplit

from evidence.errors import BadNote
from evidence.ledger import policy
from evidence.ledger.policy import Policy

ADDRESS_LIMIT = 500


def read(path: Path) -> Policy:
    """Return the policy of a file. `BadNote` says what is wrong, and in which line of it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadNote(f"{path} cannot be read: {error}.") from error
    found = policy.parse(data)
    asked = [member for member in found.witnesses.values() if member.url]
    for member in asked:
        refuse_bad_address(member.url)
    if missing := found.missing([member.key for member in asked]):
        raise BadNote(
            "The quorum can never be met, because only witnesses with an address are asked. "
            + " ".join(missing)
        )
    return found


def refuse_bad_address(url: str) -> None:
    """Return if something can be sent to this address, else `BadNote`.

    It is kept with what was answered, and shown, so it must not carry a password.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise BadNote(f"{url!r} is not an address such as https://witness.example.com.")
    if parts.username is not None or parts.password is not None:
        raise BadNote("An address with a name or a password in it is not used: it would be shown.")
    if parts.query or parts.fragment or len(url) > ADDRESS_LIMIT:
        raise BadNote(f"{url!r} has a query, a fragment or more than {ADDRESS_LIMIT} characters.")

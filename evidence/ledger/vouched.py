"""What others say of our checkpoints, as rows: cosignatures, timestamps, and contradictions.

Threat. A database that was restored from an older copy, or rewritten, signs a second history. Its
witnesses notice. What they say is written as a `Contradiction`, and from then on nothing is signed.
They cannot prove it to us. So a witness that lies can stop a log, though it cannot change it. Its
row tells which witness it was.
"""

import logging
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from evidence.ledger.cosigned import signed_note
from evidence.ledger.note import Key, Signature
from evidence.ledger.policy import Policy
from evidence.ledger.reading import last_checkpoint
from evidence.ledger.submission import Contradicts
from evidence.locks import exclusive
from evidence.models import Checkpoint, Contradiction, Cosignature, Published, Timestamp
from evidence.writing import insert

logger = logging.getLogger("evidence.ledger")


class Stored(NamedTuple):
    """Whose cosignatures were new, if the timestamp was, and if the checkpoint is published now."""

    cosigners: Collection[str]
    timestamped: bool
    is_published: bool


def store(
    checkpoint: Checkpoint,
    *,
    cosigners: Mapping[Key, Signature],
    token: bytes | None,
    authority: str,
    policy: Policy | None,
) -> Stored:
    """Write verified cosignatures and an authority's answer, all in one transaction.

    When all that is stored makes the quorum, the checkpoint is published in the same transaction:
    packages carry it from then on, as it is at this moment. Without a policy a timestamp suffices.
    """
    at = timezone.now()
    with transaction.atomic():
        exclusive("publish", str(checkpoint.log_id))
        have = set(Cosignature.objects.filter(checkpoint=checkpoint).values_list("vkey", flat=True))
        new = {key.vkey: signature for key, signature in cosigners.items() if key.vkey not in have}
        insert(
            [
                Cosignature(checkpoint=checkpoint, vkey=vkey, line=signature.line, at=at)
                for vkey, signature in new.items()
            ]
        )
        stamp = Timestamp.objects.filter(checkpoint=checkpoint, authority=authority).first()
        timestamped = token is not None and stamp is None
        if timestamped:
            stamp = Timestamp(checkpoint=checkpoint, authority=authority, token=token, at=at)
            insert([stamp])
        if Published.objects.filter(checkpoint=checkpoint).exists():
            return Stored(new, timestamped, is_published=True)
        members = policy.witnesses.values() if policy else ()
        agreed = [member.key for member in members if member.key.vkey in have | set(new)]
        if (policy and policy.missing(agreed)) or not (agreed or stamp):
            return Stored(new, timestamped, is_published=False)
        published = Published(
            checkpoint=checkpoint,
            log_id=checkpoint.log_id,
            size=checkpoint.size,
            note=signed_note(checkpoint),
            timestamp=stamp,
            at=at,
        )
        insert([published])
    return Stored(new, timestamped, is_published=True)


def contradict(checkpoint: Checkpoint, key: Key, url: str, claim: Contradicts) -> str | None:
    """Write that a witness knows another history of a log, and return the reason in full.

    None, with nothing written, where the log has grown meanwhile to what the witness has seen:
    then another publisher was there before.
    """
    log = checkpoint.log
    with transaction.atomic():
        exclusive("publish", str(log.pk))
        newest = last_checkpoint(log)
        if newest is not None and checkpoint.size < claim.size <= newest.size:
            return None
        reason = (
            f"{claim.reason} Its address is {url}. Nothing is signed, because that would give "
            "records another history. If an older copy of the database was restored, restore one "
            "that holds them all."
        )
        known = Contradiction.objects.filter(log=log, source=key.vkey, size__gte=claim.size)
        if not known.exists():
            row = Contradiction(log=log, source=key.vkey, size=claim.size, reason=reason)
            insert([row])
    logger.error("Witness %s contradicts log %s: %s", key.name, log, reason)
    return reason

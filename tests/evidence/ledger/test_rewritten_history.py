"""A rewritten history is not signed, even when a key of the rewriter's own vouches for it."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from django.utils import timezone

from evidence.errors import NotSealed
from evidence.ledger import checkpoint, merkle, objections, published, sealing
from evidence.ledger import log as ledger
from evidence.ledger.note import Note, SigningKey
from evidence.models import Checkpoint, Leaf, Log, LogKey, Pending
from tests.evidence.ledger.conftest import Append, body
from tests.plugins.roles import lifted


def rewrite(log: Log, index: int) -> None:
    """Change a record, and everything in its row that would give the change away."""
    new = body(index, "rewritten")
    record = Leaf.objects.get(log=log, index=index).record
    connection.check_constraints()  # what is deferred would keep the triggers where they are
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evidence_record SET body = %s, sha256 = %s, leaf_hash = %s WHERE sha256 = %s",
            [new, hashlib.sha256(new).hexdigest(), merkle.leaf_hash(new).hex(), record.sha256],
        )
        connection.check_constraints()


def lengthen_under_another_key(log: Log, append: Append) -> None:
    """Seal three records, change one, and sign one more under a key that is added to the table."""
    append(3)
    ledger.seal(log)
    append(1)
    rewrite(log, 1)
    pending = Pending.objects.get()
    Leaf(record_id=pending.record_id, log=log, index=3).save(force_insert=True)
    pending.delete()
    hashes = [
        bytes.fromhex(leaf.record.leaf_hash)
        for leaf in Leaf.objects.filter(log=log).order_by("index")
    ]
    said = checkpoint.Checkpoint(log.origin, 4, merkle.root(hashes))
    own = SigningKey(log.origin, Ed25519PrivateKey.generate())
    key = LogKey(log=log, vkey=own.key.vkey)
    key.save(force_insert=True)
    Checkpoint(
        log=log, size=4, previous_size=3, root=said.root, key=key, at=timezone.now(),
        note=bytes(Note(said.text, [own.sign(said.text)])),
    ).save(force_insert=True)  # fmt: skip


def test_a_longer_history_under_a_key_that_was_added_is_not_signed(
    log: Log, append: Append
) -> None:
    lengthen_under_another_key(log, append)
    ledger.append(log, body(5))
    with pytest.raises(NotSealed, match="does not go on from it"):
        ledger.seal(log)


def test_a_copy_that_was_away_when_the_process_began_is_believed_when_it_is_back(
    log: Log, append: Append
) -> None:
    lengthen_under_another_key(log, append)
    objections._held_against_the_copy.clear()  # as a process that begins
    copy = published.path(log.pk)
    away = copy.rename(copy.with_suffix(".away"))
    ledger.append(log, body(5))
    with transaction.atomic():
        assert sealing.sign_next(log) is not None  # nothing that is there contradicts
    away.rename(copy)
    ledger.append(log, body(6))
    with pytest.raises(NotSealed, match="does not go on from it"):
        ledger.seal(log)

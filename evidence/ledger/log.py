"""The door of the ledger: append a record, seal the log, prove a record.

Nothing else writes records, leaves, tiles, checkpoints.
"""

import uuid
from collections.abc import Sequence
from functools import partial

from django.db import transaction

from evidence.ledger import merkle, statement
from evidence.ledger.proof_file import Inclusion
from evidence.ledger.reading import checkpoint_over, inclusions, last_checkpoint
from evidence.ledger.sealing import seal
from evidence.ledger.turns import seal_after_commit
from evidence.models import Leaf, Log, Pending, Record
from evidence.writing import insert

__all__ = [
    "append",
    "append_all",
    "checkpoint_over",
    "index_of",
    "last_checkpoint",
    "prove",
    "seal",
]


def append(log: Log, body: bytes) -> Record:
    """Write a body as a pending record of the log, in the caller's transaction.

    The body is a canonical statement (`statement.build`); `NotCanonical` otherwise. After the
    commit the log is sealed, unless that is a worker's job.
    """
    [record] = append_all(log, [body])
    return record


def append_all(log: Log, bodies: Sequence[bytes]) -> list[Record]:
    """Write several bodies as pending records of the log, in this order, as `append` does one."""
    records = [
        Record(
            log=log,
            predicate_type=statement.parse(body)["predicateType"],
            body=body,
            sha256=statement.sha256(body),
            leaf_hash=merkle.leaf_hash(body).hex(),
        )
        for body in bodies
    ]
    insert(records)
    insert([Pending(record=record, log=log) for record in records])
    transaction.on_commit(partial(seal_after_commit, log))
    return records


def index_of(record: Record | uuid.UUID) -> int | None:
    """Return the index of a record, or of one with this id, in its log; None while pending."""
    return Leaf.objects.filter(record=record).values_list("index", flat=True).first()


def prove(record: Record) -> Inclusion | None:
    """Return the proof of a record under the first checkpoint over it, None while it is pending."""
    index = index_of(record)
    covering = None if index is None else checkpoint_over(record.log, index)
    if index is None or covering is None:
        return None
    [proof] = inclusions(covering, [index])
    return proof

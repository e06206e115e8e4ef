"""Append records to a log. Nothing else writes records."""

from evidence.ledger import statement
from evidence.models import Log, Record


def append(log: Log, body: bytes) -> Record:
    """Write a body as a pending record of the log, in the caller's transaction.

    The body is a canonical statement (`statement.build`); `NotCanonical` otherwise.
    """
    predicate_type = statement.parse(body)["predicateType"]
    return Record.objects.create(
        log=log,
        predicate_type=predicate_type,
        body=body,
        sha256=statement.sha256(body),
        leaf_hash=statement.leaf_hash(body).hex(),
    )

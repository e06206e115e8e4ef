"""Sealing: pending records get their indexes, and the log signs its next checkpoint.

One transaction, under a lock for each log, in this order:

1. The last checkpoint's signature is checked, and that nobody outside knows another history.
2. The right edge is read from the stored leaves and tiles. Its root must be the one that was
   signed: a database in which one of them was changed does not get another signature. Both are
   `objections`.
3. Every pending record gets the next index. Tiles that became full are written.
4. The new root is signed. The row names the size before it, and only one row can.
5. After the commit a copy of the checkpoint is kept outside the database.

A crash before the commit leaves the records pending. A crash after it leaves the copy behind,
which the next seal brings up to date.
"""

from collections.abc import Sequence

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from evidence import locks
from evidence.errors import BadProof, NotSealed
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import merkle, objections, published, tiles
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Key, Note
from evidence.ledger.reading import last_checkpoint
from evidence.models import Checkpoint, Leaf, Log, LogKey, Pending, Tile
from evidence.prepared import Prepared
from evidence.writing import delete, insert, together

AT_ONCE = 5_000
"""Records that are in memory together, whatever is pending."""


_PENDING = Prepared(
    lambda log: (
        Pending.objects.select_related("record")
        .only("record__leaf_hash")
        .filter(log=log)
        .order_by("id")[:AT_ONCE]
    )
)


def seal(log: Log) -> Checkpoint | None:
    """Sequence every pending record of a log and sign one checkpoint over all.

    Returns the newest checkpoint, None for a log without records. Many processes may call it at
    once. Raises `NotSealed`, with nothing changed, where the rows contradict what was signed.
    """
    sealed = sign_next(log)
    if sealed is not None:
        keep_copy(log, sealed)
    return sealed or last_checkpoint(log)


def keep_copy(log: Log, sealed: Checkpoint) -> None:
    """Keep a copy of a checkpoint outside the database, where an older one is put back unseen."""
    published.write(log.pk, bytes(sealed.note))


def sign_next(log: Log) -> Checkpoint | None:
    """Do what `seal` does but for the copy outside the database; None if nothing was pending."""
    try:
        with transaction.atomic():
            locks.exclusive("seal", str(log.pk))
            _read_queues_in_order()
            part = _PENDING.rows(log.pk)
            if not part:  # another process was faster
                return None
            row = last_checkpoint(log)
            edge = objections.right_edge(log, objections.last_signed(log, row))
            while len(part) == AT_ONCE:
                with together():
                    _sequence(log, edge, part)
                part = _PENDING.rows(log.pk)
            with together():
                _sequence(log, edge, part)
                return _sign(log, edge, row)
    except IntegrityError as error:
        raise NotSealed(
            f"There are rows in the place of the next ones of {log} that no checkpoint covers: "
            f"{error} Run `manage.py fsck` to find which."
        ) from error


def _read_queues_in_order() -> None:
    """Have PostgreSQL walk the queue's index in this transaction, and collect nothing from it.

    Whoever walks an index leaves out, from then on, the entries of rows that are gone; whoever
    collects from it meets every record again that was sealed since the last vacuum.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('enable_bitmapscan', 'off', true)")


def _sequence(log: Log, edge: tiles.RightEdge, part: Sequence[Pending]) -> None:
    """Give these records the next indexes, oldest first, and write the tiles that this filled.

    The database numbered them while it wrote them. So where a record is seen, those are seen, too,
    that were committed before its writer began: a checkpoint over an attestation is one over all
    earlier ones of its workflow.
    """
    first = edge.size
    insert(
        [Leaf(record_id=one.record_id, log=log, index=first + at) for at, one in enumerate(part)]
    )
    full = []
    for size, one in enumerate(part, start=first + 1):
        for level, hashes, root in edge.append(_hash(one)):
            index = (size >> (tiles.HEIGHT * (level + 1))) - 1
            full.append(Tile(log=log, level=level, index=index, hashes=b"".join(hashes), root=root))
    insert(full)
    # One by one: another writer may have committed an earlier place meanwhile.
    delete(Pending, [one.pk for one in part])


def _hash(one: Pending) -> bytes:
    """Return the hash of a record that waits; `NotSealed` where the row holds none."""
    try:
        return merkle.whole(bytes.fromhex(one.record.leaf_hash))
    except (BadProof, ValueError) as error:
        raise NotSealed(
            f"The leaf_hash of pending record {one.record_id} is no hash: "
            f"{one.record.leaf_hash!r}. Somebody changed it. Run `manage.py fsck`."
        ) from error


def _sign(log: Log, edge: tiles.RightEdge, before: Checkpoint | None) -> Checkpoint:
    """Write the checkpoint over the edge. The key is kept with the log when it signs first."""
    key = signing_key(log.origin)
    said = checkpoints.Checkpoint(log.origin, edge.size, edge.root())
    note = Note(said.text, [key.sign(said.text)])
    if before is not None and before.key.vkey == key.key.vkey:
        kept = before.key
    else:
        kept = LogKey.objects.filter(log=log, vkey=key.key.vkey).first() or _kept(log, key.key)
    row = Checkpoint(
        log=log,
        size=said.size,
        previous_size=before.size if before else 0,
        root=said.root,
        note=bytes(note),
        key=kept,
        at=timezone.now(),
    )
    row.save()
    return row


def _kept(log: Log, key: Key) -> LogKey:
    row = LogKey(log=log, vkey=key.vkey)
    row.save()
    return row

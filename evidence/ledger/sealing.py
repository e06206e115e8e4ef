"""Sealing: pending records get their indexes, and the log signs its next checkpoint.

One transaction, under a lock for each log, in this order:

1. The last checkpoint's signature is checked, and that nobody outside knows of a larger tree.
2. The right edge is read from the stored leaves and tiles. Its root must be the one that was
   signed: a database in which one of them was changed does not get another signature.
3. Every pending record gets the next index. Tiles that became full are written.
4. The new root is signed. The row names the size before it, and only one row can.
5. After the commit a copy of the checkpoint is kept outside the database.

A crash before the commit leaves the records pending. A crash after it leaves the copy behind,
which the next seal brings up to date.
"""

import uuid
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from evidence.append_only import insert
from evidence.errors import BadNote, NotSealed
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import published, tiles
from evidence.ledger.keys import signing_key
from evidence.ledger.merkle import EMPTY_ROOT
from evidence.ledger.note import Key, Note
from evidence.ledger.reading import last_checkpoint, partial_hashes
from evidence.models import Checkpoint, Contradiction, Leaf, Log, LogKey, Pending, Tile

AT_ONCE = 5_000
"""Records that are in memory together, whatever is pending."""
_LOCK = 0x7472_61  # "tra": keeps these advisory locks apart from those of other programs


def seal(log: Log) -> Checkpoint | None:
    """Sequence every pending record of a log and sign one checkpoint over all.

    Returns the newest checkpoint, None for a log without records. Many processes may call it at
    once. Raises `NotSealed`, with nothing changed, where the rows contradict what was signed.
    """
    with transaction.atomic():
        _lock(log)
        part = _pending(log)
        row = last_checkpoint(log)
        if not part:  # another process was faster
            return row
        last = _last(log, row)
        edge = right_edge(log, last)
        while part:
            _sequence(log, edge, part)
            part = _pending(log) if len(part) == AT_ONCE else []
        sealed = _sign(log, edge, row)
    published.write(log.pk, bytes(sealed.note))
    return sealed


def refusal(log: Log) -> str | None:
    """Return why the log would not sign now, None where nothing keeps it from signing."""
    try:
        right_edge(log, _last(log, last_checkpoint(log)))
        if settings.SEALING == "inline":
            signing_key(log.origin)
    except (NotSealed, BadNote) as error:
        return str(error)
    return None


def _lock(log: Log) -> None:
    """Wait until nobody else seals this log. The lock ends with the transaction.

    SQLite has one writer at a time anyway: the transaction began with its lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(log.pk)])


def _last(log: Log, row: Checkpoint | None) -> checkpoints.Checkpoint:
    """Return what the log signed last, or the tree of no records, if nothing contradicts it."""
    nothing = checkpoints.Checkpoint(log.origin, 0, EMPTY_ROOT)
    last = nothing if row is None else signed(log, row)
    published.refuse_older_history(log.pk, last)
    known = Contradiction.objects.filter(log=log).order_by("-size", "-at").first()
    if known is not None:
        raise NotSealed(f"{known.reason} ({known.source}, {known.at:%Y-%m-%d %H:%M} UTC)")
    return last


def signed(log: Log, row: Checkpoint) -> checkpoints.Checkpoint:
    """Return what a stored checkpoint commits to, its signature checked. `NotSealed` otherwise."""
    try:
        said, _, _ = checkpoints.opened(bytes(row.note), [Key.parse(row.key.vkey)])
    except BadNote as error:
        raise NotSealed(f"The last checkpoint of {log} was altered: {error}") from error
    if (said.origin, said.size, said.root) != (log.origin, row.size, bytes(row.root)):
        raise NotSealed(
            f"The columns of checkpoint {row.size} of {log} are not what was signed. "
            "Run `manage.py fsck`."
        )
    return said


def right_edge(log: Log, last: checkpoints.Checkpoint) -> tiles.RightEdge:
    """Return the right edge as it is stored, if its root is the one that was signed."""
    levels = []
    for level in count():
        row = last.size >> (tiles.HEIGHT * level)
        if row == 0:
            break
        index, width = divmod(row, tiles.WIDTH)
        hashes = partial_hashes(log, tiles.Tile(level, index, width)) if width else []
        levels.append(hashes)
    edge = tiles.RightEdge(levels)
    if edge.size != last.size or edge.root() != last.root:
        raise NotSealed(
            f"The stored leaves and tiles of {log} do not give the root that was signed over "
            f"{last.size} records: some were changed, removed or added. Nothing is signed on top. "
            "Run `manage.py fsck` to find which."
        )
    return edge


class _Waiting(NamedTuple):
    """A pending record: its place in the queue, its id, and its leaf hash in hex."""

    place: int
    record: uuid.UUID
    leaf_hash: str


def _pending(log: Log) -> list[_Waiting]:
    """Return the oldest pending records, as many as may be in memory.

    The database numbered them while it wrote them. So where a record is seen, those are seen, too,
    that were committed before its writer began: a checkpoint over an attestation is one over all
    earlier ones of its workflow.
    """
    rows = Pending.objects.filter(log=log).order_by("id")
    found = rows.values_list("id", "record_id", "record__leaf_hash")[:AT_ONCE]
    return [_Waiting(*row) for row in found]


def _sequence(log: Log, edge: tiles.RightEdge, part: Sequence[_Waiting]) -> None:
    """Give these records the next indexes, and write the tiles that this filled."""
    first = edge.size
    insert([Leaf(record_id=one.record, log=log, index=first + at) for at, one in enumerate(part)])
    full = []
    for size, one in enumerate(part, start=first + 1):
        for level, hashes, root in edge.append(bytes.fromhex(one.leaf_hash)):
            index = (size >> (tiles.HEIGHT * (level + 1))) - 1
            full.append(Tile(log=log, level=level, index=index, hashes=b"".join(hashes), root=root))
    insert(full)
    # One by one: another writer may have committed an earlier place meanwhile.
    Pending.objects.filter(id__in=[one.place for one in part]).delete()


def _sign(log: Log, edge: tiles.RightEdge, before: Checkpoint | None) -> Checkpoint:
    """Write the checkpoint over the edge. The key is kept with the log when it signs first."""
    key = signing_key(log.origin)
    said = checkpoints.Checkpoint(log.origin, edge.size, edge.root())
    note = Note(said.text, [key.sign(said.text)])
    if before is not None and before.key.vkey == key.key.vkey:
        kept = before.key
    else:
        kept, _ = LogKey.objects.get_or_create(log=log, vkey=key.key.vkey)
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

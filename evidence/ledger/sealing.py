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
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence import locks
from evidence.append_only import insert
from evidence.errors import BadNote, BadProof, NotSealed
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import merkle, proof, published, tiles
from evidence.ledger.keys import signing_key
from evidence.ledger.merkle import EMPTY_ROOT
from evidence.ledger.note import Key, Note
from evidence.ledger.reading import last_checkpoint, partial_hashes, subtrees
from evidence.models import Checkpoint, Contradiction, Leaf, Log, LogKey, Pending, Tile

AT_ONCE = 5_000
"""Records that are in memory together, whatever is pending."""


def seal(log: Log) -> Checkpoint | None:
    """Sequence every pending record of a log and sign one checkpoint over all.

    Returns the newest checkpoint, None for a log without records. Many processes may call it at
    once. Raises `NotSealed`, with nothing changed, where the rows contradict what was signed.
    """
    try:
        with transaction.atomic():
            locks.exclusive("seal", str(log.pk))
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
    except IntegrityError as error:
        raise NotSealed(
            f"There are rows in the place of the next ones of {log} that no checkpoint covers: "
            f"{error} Run `manage.py fsck` to find which."
        ) from error
    published.write(log.pk, bytes(sealed.note))
    return sealed


def refusal(log: Log) -> str | None:
    """Return why the log would not sign now, None where nothing keeps it from signing."""
    try:
        last = _last(log, last_checkpoint(log))
        right_edge(log, last)
        _refuse_strays(log, last.size)
        if settings.SEALING == "inline":
            signing_key(log.origin)
    except (NotSealed, BadNote) as error:
        return str(error)
    return None


def _refuse_strays(log: Log, size: int) -> None:
    """Return if nothing is in the place of the next leaf, else `NotSealed`.

    `seal` does not ask: the database itself refuses a second leaf of one index.
    """
    if Leaf.objects.filter(log=log, index__gte=size).exists():
        raise NotSealed(
            f"There are leaves of {log} beyond the {size} records that its newest checkpoint "
            "covers: somebody added them, or removed a checkpoint. Run `manage.py fsck`."
        )


def _last(log: Log, row: Checkpoint | None) -> checkpoints.Checkpoint:
    """Return what the log signed last, or the tree of no records, if nothing contradicts it."""
    nothing = checkpoints.Checkpoint(log.origin, 0, EMPTY_ROOT)
    last = nothing if row is None else signed(log, row)
    published.refuse_older_history(log.pk, last)
    _refuse_another_past(log, last)
    _refuse_contradictions(log)
    return last


def _refuse_contradictions(log: Log) -> None:
    """Return if no witness knows another history of the log, else `NotSealed`.

    Threat. A witness that lies, or lost its memory, would silence the log for ever. So a witness
    that the policy does not list any more is not heard; without a policy everything counts.
    """
    known = Contradiction.objects.filter(log=log).order_by("-size", "-at")
    if settings.WITNESS_POLICY is not None:
        witnesses = settings.WITNESS_POLICY.witnesses.values()
        known = known.filter(source__in=[witness.key.vkey for witness in witnesses])
    if (told := known.first()) is not None:
        raise NotSealed(
            f"{told.reason} ({told.source}, {told.at:%Y-%m-%d %H:%M} UTC) If it is the witness "
            "that is wrong, take it out of WITNESS_POLICY_FILE."
        )


def _refuse_another_past(log: Log, last: checkpoints.Checkpoint) -> None:
    """Return if the last checkpoint goes on from the copy outside the database, else `NotSealed`.

    Threat. The keys that a checkpoint is checked with are rows, too. Whoever rewrites the database
    can add a key of their own and sign a rewritten, longer history with it; the true key would then
    sign on top. The copy is older than that history, and its root does not lead there.
    """
    kept = published.read(log.pk)
    if kept is None or kept.size >= last.size:
        return
    try:
        proof.check_consistency(
            old=kept.size,
            new=last.size,
            old_root=kept.root,
            new_root=last.root,
            path=proof.consistency(kept.size, last.size, subtrees(log, last.size)),
        )
    except BadProof as error:
        raise NotSealed(
            f"The checkpoint kept outside the database covers {kept.size} records of {log}, and "
            f"the database's last one does not go on from it: {error} Run `manage.py fsck`."
        ) from error


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
    try:
        edge = _stored_edge(log, last.size)
        is_whole = edge.size == last.size and edge.root() == last.root
    except (BadProof, ValueError):  # what is stored there are no hashes
        is_whole = False
    if not is_whole:
        raise NotSealed(
            f"The stored leaves and tiles of {log} do not give the root that was signed over "
            f"{last.size} records: some were changed, removed or added. Nothing is signed on top. "
            "Run `manage.py fsck` to find which."
        )
    return edge


def _stored_edge(log: Log, size: int) -> tiles.RightEdge:
    """Return the right edge of the first `size` records from the rows, whatever they say."""
    levels = []
    for level in count():
        row = size >> (tiles.HEIGHT * level)
        if row == 0:
            break
        index, width = divmod(row, tiles.WIDTH)
        hashes = partial_hashes(log, tiles.Tile(level, index, width)) if width else []
        levels.append(hashes)
    return tiles.RightEdge(levels)


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
        for level, hashes, root in edge.append(_hash(one)):
            index = (size >> (tiles.HEIGHT * (level + 1))) - 1
            full.append(Tile(log=log, level=level, index=index, hashes=b"".join(hashes), root=root))
    insert(full)
    # One by one: another writer may have committed an earlier place meanwhile.
    Pending.objects.filter(id__in=[one.place for one in part]).delete()


def _hash(one: _Waiting) -> bytes:
    """Return the hash of a record that waits; `NotSealed` where the row holds none."""
    try:
        return merkle.whole(bytes.fromhex(one.leaf_hash))
    except (BadProof, ValueError) as error:
        raise NotSealed(
            f"The leaf_hash of pending record {one.record} is no hash: {one.leaf_hash!r}. Somebody "
            "changed it. Run `manage.py fsck`."
        ) from error


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

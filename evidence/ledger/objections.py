"""What speaks against signing the next checkpoint of a log. Sealing asks; the log's page, too.

Each objection is a threat: an older copy of the database, rows that somebody changed, a history
that somebody else signed, a witness that knows better. All of them are a `NotSealed` with a reason.
"""

import uuid

from django.conf import settings

from evidence.errors import BadNote, BadProof, NotSealed
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import proof, published, tiles
from evidence.ledger.keys import signing_key
from evidence.ledger.merkle import EMPTY_ROOT
from evidence.ledger.note import Key
from evidence.ledger.reading import edge_hashes, last_checkpoint, subtrees
from evidence.models import Checkpoint, Contradiction, Leaf, Log
from evidence.prepared import Prepared

_CONTRADICTIONS = Prepared(
    lambda log: Contradiction.objects.filter(log=log).order_by("-size", "-at")
)

_LOOKS = 3

_held_against_the_copy: set[uuid.UUID] = set()
"""Logs whose history this process has held against the copy outside the database.

Not those whose copy was not there: it may come back, where its folder was only away for a while.
"""


def last_signed(log: Log, row: Checkpoint | None, *, anew: bool = False) -> checkpoints.Checkpoint:
    """Return what the log signed last, or the tree of no records, if nothing contradicts it.

    `anew` holds the history against the copy although this process has done so before.
    """
    nothing = checkpoints.Checkpoint(log.origin, 0, EMPTY_ROOT)
    last = nothing if row is None else signed(log, row)
    kept = published.read(log.pk)
    if kept is not None:
        _refuse_older_history(log, last, kept)
        # Once a process has held the log against the copy, what its own key has signed since then
        # was signed on top of that by a process that had done the same.
        is_held = row is not None and _is_ours(log, row) and log.pk in _held_against_the_copy
        if anew or not is_held:
            _refuse_another_past(log, last, kept)
            _held_against_the_copy.add(log.pk)
    _refuse_contradictions(log)
    return last


def _is_ours(log: Log, row: Checkpoint) -> bool:
    """Tell whether the key that this process has signed a checkpoint."""
    return bool(settings.LOG_KEY) and row.key.vkey == signing_key(log.origin).key.vkey


def _refuse_contradictions(log: Log) -> None:
    """Return if no witness knows another history of the log, else `NotSealed`.

    Threat. A witness that lies, or lost its memory, would silence the log for ever. So a witness
    that the policy does not list any more is not heard; without a policy everything counts.
    """
    for told in _CONTRADICTIONS.rows(log.pk):
        if not _is_heard(told.source):
            continue
        raise NotSealed(
            f"{told.reason} ({told.source}, {told.at:%Y-%m-%d %H:%M} UTC) If it is the witness "
            "that is wrong, take it out of WITNESS_POLICY_FILE."
        )


def _is_heard(source: str) -> bool:
    if settings.WITNESS_POLICY is None:
        return True
    return any(member.key.vkey == source for member in settings.WITNESS_POLICY.witnesses.values())


def _refuse_older_history(
    log: Log, last: checkpoints.Checkpoint, kept: checkpoints.Checkpoint
) -> None:
    """Return if the database's last checkpoint is at least the copy, else `NotSealed`."""
    where = f"The checkpoint kept in {published.path(log.pk)}"
    if kept.size > last.size:
        raise NotSealed(
            f"{where} covers {kept.size} records of {last.origin}, the database only {last.size}: "
            "an older copy of the database was restored. Nothing is signed, because that would "
            "give records another history. Restore a copy that holds them all."
        )
    if kept.size == last.size and kept.root != last.root:
        raise NotSealed(
            f"{where} has another root over the same {kept.size} records of {last.origin} than the "
            "database: one of the two was rewritten. Run `manage.py fsck`."
        )


def _refuse_another_past(
    log: Log, last: checkpoints.Checkpoint, kept: checkpoints.Checkpoint
) -> None:
    """Return if the last checkpoint goes on from the copy outside the database, else `NotSealed`.

    Threat. The keys that a checkpoint is checked with are rows, too. Whoever rewrites the database
    can add a key of their own and sign a rewritten, longer history with it; the true key would then
    sign on top. The copy is older than that history, and its root does not lead there.
    """
    if kept.size >= last.size:
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
        edge = tiles.RightEdge(edge_hashes(log, last.size))
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


def _refuse_strays(log: Log, size: int) -> None:
    """Return if nothing is in the place of the next leaf, else `NotSealed`.

    `seal` does not ask: the database itself refuses a second leaf of one index.
    """
    if Leaf.objects.filter(log=log, index__gte=size).exists():
        raise NotSealed(
            f"There are leaves of {log} beyond the {size} records that its newest checkpoint "
            "covers: somebody added them, or removed a checkpoint. Run `manage.py fsck`."
        )


def refusal(log: Log) -> str | None:
    """Return why the log would not sign now, None where nothing keeps it from signing.

    A checkpoint that is signed while this looks makes one half of what it sees older than the
    other, as if something had been put back; then it looks again.
    """
    for _ in range(_LOOKS):
        row = last_checkpoint(log)
        reason = _refusal(log, row)
        if reason is None or last_checkpoint(log) == row:
            return reason
    return None  # it signs faster than anybody can look


def _refusal(log: Log, row: Checkpoint | None) -> str | None:
    try:
        if settings.SEALING == "inline":
            signing_key(log.origin)
        last = last_signed(log, row, anew=True)
        right_edge(log, last)
        _refuse_strays(log, last.size)
    except (NotSealed, BadNote) as error:
        return str(error)
    return None

"""What a witness's answer to one of our checkpoints means (C2SP tlog-witness v1.0.0). Pure.

Threat. A witness may lie, be broken, or be somebody else on its line. All that it can give us is a
cosignature that its key made over our text; whatever else it sends changes nothing, with one
exception: it can say that it knows another history of our log. That we have to take seriously,
because it is what witnesses are for, and nobody can prove it to us.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from evidence.errors import BadNote, EvidenceError
from evidence.ledger import note
from evidence.ledger.checkpoint import Checkpoint, number
from evidence.ledger.note import Key, Note, Signature

LIMIT = 1 << 16
"""Bytes of an answer that are read: a hundred cosignatures are far below."""

_SIZE = "text/x.tlog.size"


class Reply(NamedTuple):
    """What came back over HTTP."""

    status: int
    content_type: str
    body: bytes


class NoAnswer(EvidenceError):
    """Nobody answered, not in time, or not with anything that may be read."""


@dataclass(frozen=True, slots=True)
class Cosigned:
    """Cosignatures that are valid for the checkpoint, each with its key."""

    signatures: Sequence[tuple[Key, Signature]]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The witness last cosigned this size, so the proof has to begin there."""

    size: int


@dataclass(frozen=True, slots=True)
class Contradicts:
    """The witness knows another history of the log, up to at least this size."""

    size: int
    reason: str


@dataclass(frozen=True, slots=True)
class Declined:
    """No cosignature this time. `is_about_log`: it may well serve other logs all the same."""

    reason: str
    is_about_log: bool


Meaning = Cosigned | Elsewhere | Contradicts | Declined


def meaning(reply: Reply, *, old: int, checkpoint: Checkpoint, keys: Collection[Key]) -> Meaning:
    """Return what an answer means to a request with this old size and checkpoint.

    `keys` are those of the witnesses that are trusted to cosign; lines of others are ignored.
    """
    match reply.status:
        case 200:
            return _cosigned(reply.body, checkpoint, keys)
        case 409:
            return _conflict(reply, old, checkpoint)
        case 422 if old > 0:  # from nothing every history continues
            return Contradicts(
                checkpoint.size,
                f"The first {old} records here are not those that the witness has cosigned.",
            )
        case 400 | 403 | 404:
            return Declined(f"{reply.status}: {_excerpt(reply.body)}", is_about_log=True)
        case status if 300 <= status < 400:
            reason = f"{status}: it sends elsewhere, which is not followed. Correct its address."
            return Declined(reason, is_about_log=False)
        case status:
            return Declined(f"{status}: {_excerpt(reply.body)}", is_about_log=False)


def _cosigned(body: bytes, checkpoint: Checkpoint, keys: Collection[Key]) -> Meaning:
    try:
        lines = note.signatures(body)
        return Cosigned(note.verify(Note(checkpoint.text, lines), keys))
    except BadNote as error:
        return Declined(f"Its answer is no cosignature of ours: {error}", is_about_log=True)


def _conflict(reply: Reply, old: int, checkpoint: Checkpoint) -> Meaning:
    """Tell apart: another size than we thought, another root, and nonsense.

    A witness says 409 with its size when the old size is not the one it knows. It says 409 without
    one, or with the very size that we sent, when it knows another root over as many records.
    """
    size: int | None = None
    if reply.content_type.partition(";")[0].strip().lower() == _SIZE:
        try:
            size = number(reply.body.decode("ascii").removesuffix("\n"))
        except (BadNote, UnicodeDecodeError):
            return Declined("409 with a size that is none.", is_about_log=True)
    if size is not None and size > checkpoint.size:
        reason = f"The witness has cosigned {size} records, here are only {checkpoint.size}."
        return Contradicts(size, reason)
    if size in (None, old) and old == checkpoint.size:
        reason = f"The witness has cosigned another root over the same {old} records."
        return Contradicts(checkpoint.size, reason)
    if size is None or size == old:
        return Declined(f"409, although it was sent a proof from {old}.", is_about_log=True)
    return Elsewhere(size)


def _excerpt(body: bytes) -> str:
    """Return the beginning of an answer, as something that can stand in a line of a log."""
    return repr(body[:200].decode("ascii", "replace"))

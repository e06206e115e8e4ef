"""What a witness answers to a checkpoint that a log hands it (C2SP tlog-witness v1.0.0). Pure.

Threat. A log shows one history to some and another to others, takes back what it has shown, or is
not who it says. So the witness signs a checkpoint only if the log's key signed it and it continues,
provably, the last one that the witness signed. Whoever sends it need not be the log: nothing but
signatures and proofs counts, and everything sent is hostile until they have been checked.

Judging remembers nothing. Whoever calls must write down what was accepted before anybody is told,
and only if nothing else was accepted meanwhile: `evidence.witness.memory`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from evidence.errors import BadNote, BadProof, EvidenceError
from evidence.ledger import note, proof
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.merkle import EMPTY_ROOT
from evidence.ledger.proof_file import Consistency
from evidence.witness.logs import Known

LIMIT = 1 << 16
"""Bytes of a request: 63 hashes and a checkpoint with a hundred signatures are far below."""
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


class Status(IntEnum):
    """The answers that the protocol knows, as HTTP numbers them."""

    COSIGNED = 200
    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    CONFLICT = 409
    BAD_PROOF = 422


class Seen(NamedTuple):
    """The last checkpoint of a log that this witness cosigned: how many leaves, and their root."""

    size: int
    root: bytes


NOTHING = Seen(0, EMPTY_ROOT)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint to cosign, and the signed note that it came in."""

    checkpoint: Checkpoint
    signed: bytes


class Refused(EvidenceError):
    """The witness does not cosign. The text is its answer, and says why."""

    def __init__(self, status: Status, text: str, content_type: str = TEXT) -> None:
        self.status = status
        self.content_type = content_type
        super().__init__(text)


def judge(request: bytes, known: Known, last: Callable[[str], Seen]) -> Accepted:
    """Return the checkpoint of an `add-checkpoint` request that may be cosigned, else `Refused`.

    `known` are the keys of the logs that are witnessed. `last` gives what was cosigned last for an
    origin, `NOTHING` before the first; only known origins are asked for. The checks come in the
    order of the protocol.
    """
    old, path, accepted = _read(request)
    checkpoint = accepted.checkpoint
    if checkpoint.origin not in known:
        raise Refused(Status.UNKNOWN_LOG, "This witness does not know that log.")
    try:
        note.verify(note.parse(accepted.signed), known[checkpoint.origin])
    except BadNote as error:
        raise Refused(Status.NOT_SIGNED, str(error)) from error
    if old > checkpoint.size:
        reason = f"The old size {old} is larger than the checkpoint's, {checkpoint.size}."
        raise Refused(Status.MALFORMED, reason)
    seen = last(checkpoint.origin)
    if old != seen.size:
        raise Refused(Status.CONFLICT, str(seen.size), SIZE)
    if old == checkpoint.size and checkpoint.root != seen.root:
        reason = f"This witness has cosigned another root over the same {old} leaves."
        raise Refused(Status.CONFLICT, reason)
    try:
        proof.check_consistency(
            old=old,
            new=checkpoint.size,
            old_root=seen.root,
            new_root=checkpoint.root,
            path=path,
        )
    except BadProof as error:
        raise Refused(Status.BAD_PROOF, str(error)) from error
    return accepted


def _read(request: bytes) -> tuple[int, list[bytes], Accepted]:
    """Return the parts of a request, none of them believed yet."""
    if len(request) > LIMIT:
        raise Refused(Status.MALFORMED, f"A request has at most {LIMIT} bytes.")
    try:
        consistency = Consistency.parse(request)
        text = note.parse(consistency.checkpoint).text
        checkpoint = Checkpoint.parse(text)
    except (BadNote, BadProof) as error:
        raise Refused(Status.MALFORMED, str(error)) from error
    return consistency.old, list(consistency.path), Accepted(checkpoint, consistency.checkpoint)

"""What is sealed and what is not yet: reads an organization's log for pages and API.

Never seals, and decides nothing about who may see it: a record's proof goes to whoever may see the
record, the log itself to whoever may see the organization.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evidence.ledger import log as ledger
from evidence.ledger import reading
from evidence.ledger.cosigned import package_checkpoint
from evidence.models import (
    Checkpoint,
    Cosignature,
    Log,
    LogKey,
    Pending,
    Published,
    Timestamp,
)
from trails.models import Workflow

PENDING_COUNTED = 1000
"""Pending records that are counted: without a worker they may be any number."""
_KEYS_SHOWN = 50
_NONE: Any = object()


@dataclass(frozen=True, slots=True)
class Seal:
    """Where a record stands in its log, and the checkpoint that its proof is under.

    That is the one of a package which ends with this record: the first one that covers it and was
    published, and until there is one the first that covers it.
    """

    index: int
    checkpoint: Checkpoint
    note: bytes

    @property
    def proof(self) -> bytes:
        """The `.tlog-proof` file of the record (FORMATS §2)."""
        [found] = reading.inclusions(self.checkpoint, [self.index], self.note)
        return bytes(found)


@dataclass(frozen=True, slots=True)
class Vouched:
    """What others have said of a checkpoint."""

    checkpoint: Checkpoint
    cosignatures: Sequence[Cosignature]
    timestamps: Sequence[Timestamp]


@dataclass(frozen=True, slots=True)
class Standing:
    """How much of a workflow is sealed: a seal over all of it, or how many attestations are not."""

    seal: Seal | None
    pending: int


def seal_of(log: Log, record: uuid.UUID) -> Seal | None:
    """Return the seal of a record of a log, None while it is pending."""
    return _under(log, ledger.index_of(record))


def _under(log: Log, index: int | None) -> Seal | None:
    found = None if index is None else package_checkpoint(log, index)
    if index is None or found is None:
        return None
    found.checkpoint.log = log  # known: saves the proof a query
    return Seal(index, found.checkpoint, found.note)


def standing_of(workflow: Workflow) -> Standing:
    """Return how much of a workflow is sealed, by a few queries whatever is in it.

    A checkpoint over an attestation is one over all earlier ones of its workflow
    (`evidence.ledger.sealing`), so the newest one tells for all.
    """
    log = workflow.trail.organization.log
    attestations = workflow.attestations.order_by("-number")
    newest = attestations.values_list("record__leaf__index", flat=True)[:1]
    index = next(iter(newest), _NONE)
    if index is _NONE:
        return Standing(seal_of(log, workflow.record_id), 0)
    seal = _under(log, index)
    waiting = attestations.filter(record__pending__isnull=False).values("pk")
    return Standing(seal, 0 if seal else waiting[: PENDING_COUNTED + 1].count())


def keys_of(log: Log, newest: Checkpoint | None) -> Sequence[LogKey]:
    """Return the keys that have signed for a log, that of its newest checkpoint first."""
    keys = list(log.keys.order_by("-at")[:_KEYS_SHOWN])
    # An older key may sign again, after a worker was set up with it.
    return sorted(keys, key=lambda key: newest is None or key.pk != newest.key_id)


def vouched(newest: Checkpoint) -> Vouched | None:
    """Return what others said of a log's newest checkpoint, or of the last that was published."""
    published = Published.objects.filter(log=newest.log_id).select_related("checkpoint")
    last = published.order_by("-size").first()
    for checkpoint in [newest, *([last.checkpoint] if last else [])]:
        cosignatures = list(checkpoint.cosignatures.order_by("at", "vkey"))
        timestamps = list(checkpoint.timestamps.order_by("at", "authority"))
        if cosignatures or timestamps:
            return Vouched(checkpoint, cosignatures, timestamps)
    return None


def count_pending(log: Log) -> int:
    """Return how many records of a log no checkpoint covers yet, `PENDING_COUNTED` + 1 at most."""
    return Pending.objects.filter(log=log).values("pk")[: PENDING_COUNTED + 1].count()

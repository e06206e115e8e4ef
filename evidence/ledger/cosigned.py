"""Checkpoints with what others have said of them: as they are served, and as packages carry them.

Reads only; `publishing` writes.
"""

from dataclasses import dataclass

from evidence.ledger.reading import checkpoint_over
from evidence.models import Checkpoint, Cosignature, Log, Published


@dataclass(frozen=True, slots=True)
class Packaged:
    """The checkpoint of a package: its row, its signed note, and the answer of an authority."""

    checkpoint: Checkpoint
    note: bytes
    timestamp: bytes | None = None


def signed_note(checkpoint: Checkpoint) -> bytes:
    """Return the note of a checkpoint with every stored cosignature, in the order they came.

    The log's own signature comes first. More cosignatures may come later.
    """
    rows = Cosignature.objects.filter(checkpoint=checkpoint).order_by("at", "vkey")
    lines = "".join(rows.values_list("line", flat=True))
    return bytes(checkpoint.note) + lines.encode()


def package_checkpoint(log: Log, index: int) -> Packaged | None:
    """Return the checkpoint that a package over the record at `index` uses, None while none does.

    It is the first one over the record that was published: with the quorum of its time, or the
    timestamp where no witnesses were asked. Until there is one it is the first one over the record,
    bare. So the bytes of a package change once at most; a later policy does not change them again.
    """
    rows = Published.objects.filter(log=log, size__gt=index).order_by("size")
    published = rows.select_related("checkpoint__key", "timestamp").first()
    if published is not None:
        timestamp = published.timestamp
        return Packaged(
            published.checkpoint,
            bytes(published.note),
            None if timestamp is None else bytes(timestamp.token),
        )
    bare = checkpoint_over(log, index)
    return None if bare is None else Packaged(bare, bytes(bare.note))

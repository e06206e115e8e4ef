"""The newest checkpoint of each log, in a folder outside the database.

Threat. Somebody puts an older copy of the database back, by mistake or not. Its rows are in order
in themselves, and the next seal would sign a second history over the same indexes. The copy here
remembers a larger tree, so sealing refuses and says why. Whoever controls database and folder can
put both back; then witnesses know better, and so does everybody who kept a package.

Where several machines seal, they need one folder between them. With a folder each, only the machine
that signed last remembers the newest tree, and another one could sign on top of the older copy.
"""

import contextlib
import fcntl
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from evidence.errors import BadNote, NotSealed
from evidence.ledger import note
from evidence.ledger.checkpoint import Checkpoint


def path(log_id: uuid.UUID) -> Path:
    """Return where the copy of a log's newest checkpoint is kept."""
    return Path(settings.CHECKPOINTS_DIR) / f"{log_id}.checkpoint"


def read(log_id: uuid.UUID) -> Checkpoint | None:
    """Return the newest checkpoint that this machine has published, None before the first."""
    try:
        data = path(log_id).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotSealed(
            f"The copy of the newest checkpoint cannot be read: {error}. It may know a larger "
            "tree. Give whoever seals the right to read and write CHECKPOINTS_DIR."
        ) from error
    try:
        return Checkpoint.parse(note.parse(data).text)
    except BadNote as error:
        raise NotSealed(
            f"{path(log_id)} does not hold a checkpoint any more: {error} Find out why. If the "
            "database is the right one, remove the file."
        ) from error


def write(log_id: uuid.UUID, signed: bytes) -> None:
    """Keep a signed checkpoint, unless a larger one is there already. It is whole or not there.

    Raises OSError where it cannot be kept: the checkpoint stands, but an older copy of the database
    would not be noticed by this folder.
    """
    place = path(log_id)
    said = Checkpoint.parse(note.parse(signed).text)
    try:
        with _alone(place):
            kept = read(log_id)
            if kept is not None and kept.size >= said.size:
                return
            new = place.with_suffix(".new")
            with new.open("wb") as file:
                file.write(signed)
                file.flush()
                os.fsync(file.fileno())
            new.replace(place)
    except OSError as error:
        raise OSError(
            f"Checkpoint {said.size} of {said.origin} is signed, but its copy could not be kept "
            f"outside the database: {error}. Make room for it, or set CHECKPOINTS_DIR."
        ) from error


@contextlib.contextmanager
def _alone(place: Path) -> Iterator[None]:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

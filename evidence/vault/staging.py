"""The staging area: a local folder where bytes are hashed before anything names them.

An upload is written here once. What a crash leaves behind is removed by `sweep`, because nothing
outside this folder ever points into it.
"""

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from uuid_utils.compat import uuid7

from evidence.errors import TooLarge
from evidence.vault.digest import Digest, Digester


@dataclass(frozen=True, slots=True)
class Staged:
    """Bytes that have arrived and are hashed, and that no row names yet."""

    path: Path
    digest: Digest

    def discard(self) -> None:
        """Forget the staged bytes. Safe to call twice."""
        self.path.unlink(missing_ok=True)


def area() -> Path:
    """Return the staging folder, made if it is not there."""
    path = Path(settings.VAULT_STAGING)
    path.mkdir(mode=0o750, parents=True, exist_ok=True)
    return path


def stage(chunks: Iterable[bytes], *, limit: int | None = None) -> Staged:
    """Write chunks to the staging area, hash them on the way, and make them durable.

    Stops with `TooLarge` as soon as more than `limit` bytes have come, and leaves nothing behind
    on any error.
    """
    path = area() / str(uuid7())
    digester = Digester()
    try:
        with path.open("xb", buffering=0) as file:
            # Now, so that the sync below makes it durable together with the bytes.
            os.fchmod(file.fileno(), 0o444)
            for chunk in chunks:
                digester.update(chunk)
                if limit is not None and digester.size > limit:
                    raise TooLarge(limit)
                view = memoryview(chunk)
                while view:  # an unbuffered write may take less than it was given
                    view = view[file.write(view) :]
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Staged(path, digester.digest())


def sweep(*, older_than: float) -> int:
    """Remove staged files that are older than so many seconds. Returns how many there were."""
    horizon = time.time() - older_than
    removed = 0
    for entry in os.scandir(area()):
        # Its writer, or another sweep, may take the file away at any moment.
        with contextlib.suppress(FileNotFoundError):
            if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime < horizon:
                Path(entry.path).unlink()
                removed += 1
    return removed

"""The copies of the evidence that there are: the vault, and the replica where one is set.

Moves bytes from one write-once storage to another, hashed on the way. Which blobs are moved, and
when, is for others to say: `replica`, `repairing` and `copying`.
"""

import datetime
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.files.storage import storages

from evidence.errors import Corrupt, VaultUnavailable
from evidence.vault import staging
from evidence.vault.digest import CHUNK, Digest

FOLDER = "blobs/sha256"
DAMAGED = "damaged"
"""The folder of a vault where damaged bytes are kept, as `<sha256>.<time>`."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
Watch = Callable[[int], None]
"""Is told of each piece how many bytes it has; may wait, and may raise to stop."""


class Copy(StrEnum):
    """A copy of the evidence, by the name of its storage."""

    VAULT = "vault"
    REPLICA = "replica"

    @property
    def other(self) -> "Copy":
        """Return the copy that this one is restored from."""
        return Copy.REPLICA if self is Copy.VAULT else Copy.VAULT


def has_replica() -> bool:
    """Tell whether there is a second copy, `VAULT_REPLICA_URL`."""
    return Copy.REPLICA.value in settings.STORAGES


def kept() -> list[Copy]:
    """Return the copies that there are."""
    return [Copy.VAULT, Copy.REPLICA] if has_replica() else [Copy.VAULT]


def storage(copy: Copy) -> Any:
    """Return the storage of a copy."""
    return storages[copy.value]


def address(sha256: str) -> str:
    """Return where the bytes of a digest are, in every copy: `blobs/sha256/ab/cd/<hex>`."""
    return f"{FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def is_digest(name: str) -> bool:
    """Tell whether a name is a digest as addresses have it."""
    return _SHA256.fullmatch(name) is not None


def unwatched(size: int) -> None:
    """Let every piece pass."""


def pieces(source: Any, name: str, watch: Watch = unwatched) -> Iterator[bytes]:
    """Yield all bytes of an object, however many there are; FileNotFoundError if there is none."""
    with source.open(name, "rb") as file:
        while chunk := file.read(CHUNK):
            watch(len(chunk))
            yield chunk


def refuse_if_away(source: Any) -> None:
    """Return if a storage is there at all; `VaultUnavailable` if its folder is not.

    Without this an unmounted disk would look like a vault whose every file was removed. A store
    behind HTTP says by itself that it is away.
    """
    location = getattr(source, "location", None)
    if location is not None and not source.exists(FOLDER):
        raise VaultUnavailable(
            f"There is no folder {FOLDER} in {location}, so nothing was looked at. If it is on a "
            "disk of its own, mount it. If everything is lost, make the folder: then it can be "
            "repaired."
        )


def transfer(
    source: Any, target: Any, sha256: str, watch: Watch = unwatched, recorded: Digest | None = None
) -> bool:
    """Copy the bytes of a digest, unless the target has as many under its name. True if it did.

    `Corrupt`, with nothing copied, when the source holds other bytes, or the target does. Asks no
    database: many may run at once, in threads.
    """
    name = address(sha256)
    if recorded is not None and size_in(target, name) == recorded.size:
        carry_retention(source, target, name)
        return False
    staged = staging.stage(pieces(source, name, watch))
    try:
        found = staged.digest
        if found.sha256 != sha256 or (recorded is not None and found != recorded):
            raise Corrupt(
                f"{sha256} holds other bytes: {found.sha256}, {found.size} bytes. They are not "
                "copied."
            )
        with staging.StagedFile(staged) as file:
            target.save(name, file)
    finally:
        staged.discard()
    carry_retention(source, target, name)
    return True


def size_in(source: Any, name: str) -> int | None:
    """Return how many bytes an object has, None if it is not there."""
    try:
        return int(source.size(name))
    except FileNotFoundError:
        return None


def carry_retention(source: Any, target: Any, name: str) -> None:
    """Have the target keep an object at least as long as the source does, where it can."""
    until: datetime.datetime | None = source.retained_until(name)
    if until is not None:
        target.retain(name, until)

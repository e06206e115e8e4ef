"""The direct path into the vault: very large bytes that a client puts into the store itself.

The client announces digest and size and gets signed addresses; the server reads what has come, once
and whole, before it has the content address. What the store has to do with it is `s3_direct`; a
vault in a folder has no such path. Not for who may upload, nor for how long it is waited for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.storage import storages

from evidence.vault.digest import Digest
from evidence.vault.staging import Staged

if TYPE_CHECKING:
    from evidence.vault.s3_direct import DirectPath

FOLDER = "incoming"
"""Where uploads arrive in the vault. Nothing in it is evidence."""
Watch = Callable[[int], None]
"""Is told how many bytes more have been read, or 0; may raise to stop."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An upload as it was announced: its name in the vault, and what it has to be.

    `multipart` is the store's id of an upload in parts, else empty.
    """

    name: str
    sha256: str
    size: int
    multipart: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One request that the client has to make: PUT these bytes there, with these headers."""

    url: str
    headers: Mapping[str, str]
    offset: int
    size: int


class Placed(Staged):
    """Bytes that are at their content address already, read and compared, and not named yet."""

    __slots__ = ()

    def discard(self) -> None:
        """Do nothing: what nobody comes to name is swept."""


def placed(digest: Digest) -> Placed:
    """Return bytes that were checked, as whatever takes staged ones takes them."""
    return Placed(Path(), digest)


def name_of(id: object) -> str:
    """Return the name under which an upload arrives."""
    return f"{FOLDER}/{id}"


def path() -> "DirectPath | None":
    """Return the direct path into the vault; None where the vault has none."""
    found: DirectPath | None = storages["vault"].direct  # type: ignore[attr-defined]
    return found

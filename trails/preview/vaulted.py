"""A file of the vault as the source of a preview. The one file here that knows of the vault."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from evidence.errors import Corrupt
from evidence.models import Blob
from evidence.vault import store
from evidence.vault.digest import digest_of

CHECKED = 1 << 20  # bytes; a file up to this size is hashed again when it is read whole


@dataclass(frozen=True, slots=True)
class Vaulted:
    """Bytes in the vault, read from one open file."""

    name: str
    blob: Blob
    file: Any

    @property
    def size(self) -> int:
        """Return the number of bytes that were recorded."""
        return self.blob.size

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`. `Corrupt` if they are not those recorded.

        A part cannot be checked against the digest; a small file is read whole, and is.
        """
        stop = min(stop, self.size)
        wanted = max(stop - start, 0)
        self.file.seek(start)
        pieces: list[bytes] = []
        while wanted and (piece := self.file.read(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
        data = b"".join(pieces)
        if wanted:
            raise Corrupt(f"Blob {self.blob.sha256} ends early. Restore it from a copy.")
        if (start, stop) == (0, self.size) and self.size <= CHECKED:
            found = digest_of(data).sha256
            if found != self.blob.sha256:
                raise Corrupt(f"Blob {self.blob.sha256} holds other bytes: {found}.")
        return data


@contextmanager
def opened(name: str, blob: Blob) -> Iterator[Vaulted]:
    """Give the bytes of a blob under a name, and close them at the end."""
    with store.open_blob(blob.sha256) as file:
        yield Vaulted(name, blob, file)

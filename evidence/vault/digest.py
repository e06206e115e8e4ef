"""SHA-256, CRC-32 and size of a stream, in one pass. Pure.

The CRC-32 is not for security: a zip needs it, and to know it at ingest means that a package's
length and every offset in it are known before its first byte is sent.
"""

import hashlib
import zlib
from dataclasses import dataclass

CHUNK = 1 << 18  # bytes read at a time: large enough for the hash, small enough to hold many


@dataclass(frozen=True, slots=True)
class Digest:
    """What identifies a sequence of bytes: hex SHA-256, CRC-32 as an unsigned number, size."""

    sha256: str
    crc32: int
    size: int


class Digester:
    """Takes bytes piece by piece and tells their digest at the end."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._crc32 = 0
        self.size = 0

    def update(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes."""
        self._sha256.update(chunk)
        self._crc32 = zlib.crc32(chunk, self._crc32)
        self.size += len(chunk)

    def digest(self) -> Digest:
        """Return the digest of everything taken so far."""
        return Digest(self._sha256.hexdigest(), self._crc32, self.size)


def digest_of(data: bytes) -> Digest:
    """Return the digest of bytes at hand."""
    digester = Digester()
    digester.update(data)
    return digester.digest()

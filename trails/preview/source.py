"""Where the bytes of a preview come from: anything with a size that can be read in parts. Pure."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK = 1 << 18


class Source(Protocol):
    """Bytes of known length under a name that a stranger chose."""

    @property
    def name(self) -> str:
        """Return the name, which says nothing reliable of the content."""
        ...

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        ...

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`, cut to what there is."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Bytes at hand, such as a member that was taken out of an archive."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return len(self.data)

    def read(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`."""
        return self.data[start:stop]


def chunks(source: Source, start: int, stop: int, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the bytes from `start` up to `stop`, piece by piece."""
    for at in range(start, min(stop, source.size), size):
        yield source.read(at, min(at + size, stop))


class Reader(io.RawIOBase):
    """A source as a seekable binary file, for libraries that want one.

    Wrap it in `io.BufferedReader`, so that small reads do not each go to the vault.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that this can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place and return it."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        if origin + offset < 0:
            raise ValueError("There is nothing before the first byte.")
        self._at = origin + offset
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        """Fill the buffer as far as there are bytes, and return how many there were."""
        data = self._source.read(self._at, min(self._at + len(buffer), self._source.size))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

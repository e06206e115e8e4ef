"""The files of a package that is being verified, by their path below its root. Pure.

Threat. Small files are read a second time, after every byte has been hashed, and the disk they are
on may be somebody else's. So each is hashed again as it is read: what is judged is what was hashed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from evidence.errors import EvidenceError
from evidence.package import proofs
from evidence.package.unzip import BUFFER, Entry

DATA = "data/"


class Changed(EvidenceError):
    """The file on disk changed while it was verified."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path!r} changed while it was verified. Verify a copy that nobody else can write to."
        )


class Contents:
    """What is in a package: every entry in order, and the ways to find one.

    `tags` are the files outside of `data/` by their path. `directories` are those of `data/`, in
    order, with their files in order; files that are in none of them are in none here either.
    """

    def __init__(self, file: BinaryIO, root: str, entries: Iterable[Entry]) -> None:
        self._file = file
        self.root = root
        self.entries = list(entries)
        self.tags: dict[str, Entry] = {}
        self.directories: dict[str, list[Entry]] = {}
        self.payload: list[Entry] = []
        for entry in self.entries:
            if not entry.path.startswith(DATA):
                self.tags[entry.path] = entry
                continue
            name, slash, rest = entry.path.removeprefix(DATA).partition("/")
            if slash:
                files = self.directories.setdefault(name, [])
                if rest:
                    files.append(entry)
            if not entry.path.endswith("/"):
                self.payload.append(entry)

    @property
    def proofs(self) -> list[str]:
        """The paths of everything in `proof/`, in order."""
        return [path for path in self.tags if path.startswith(f"{proofs.DIRECTORY}/")]

    def read(self, entry: Entry, limit: int) -> bytes:
        """Return the bytes of a file, or its first ones if it is longer than `limit` allows.

        One byte too many comes back, so that whoever parses refuses it by its own limit.
        """
        self._file.seek(entry.start)
        if entry.size > limit:
            return self._file.read(limit + 1)
        data = self._file.read(entry.size)
        if hashlib.sha256(data).digest() != entry.sha256:
            raise Changed(entry.path)
        return data

    def tag(self, path: str, limit: int) -> bytes | None:
        """Return the bytes of a file outside of `data/`, or None if there is none."""
        entry = self.tags.get(path)
        return None if entry is None else self.read(entry, limit)

    def lines(self, entry: Entry, limit: int) -> Iterator[bytes]:
        """Yield the lines of a file with their ends; longer ones come in pieces of `limit`."""
        digest, start, left = hashlib.sha256(), entry.start, entry.size
        rest = b""
        while left:
            self._file.seek(start)
            piece = self._file.read(min(left, BUFFER))
            if not piece:
                raise Changed(entry.path)
            digest.update(piece)
            start, left = start + len(piece), left - len(piece)
            *whole, rest = (rest + piece).split(b"\n")
            yield from (line + b"\n" for line in whole)
            while len(rest) > limit:
                yield rest[:limit]
                rest = rest[limit:]
        if rest:
            yield rest
        if digest.digest() != entry.sha256:
            raise Changed(entry.path)

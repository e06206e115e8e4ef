"""Verifies an export in one pass over the file, without a database and in bounded memory.

In this order, and `Refused` or `BadTar` with the first thing that is wrong:

1. the tar is one that we write, its members are those of an export and in their order
2. every row fits its columns, its key comes once, and what it refers to is in the file
3. every statement is canonical and has the hash that its leaf says; the leaves give the root that
   the newest checkpoint was signed over
4. every file has the digest it is named after, and none is missing but what was disposed of
5. the manifests name exactly this

What a row says besides its statement, and every older checkpoint, are held against the log by the
import, with `trails.fsck`, when the rows are in a database and not yet committed.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from evidence.errors import BadNote
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import note
from trails.moving import layout, tar
from trails.moving.errors import Refused
from trails.moving.layout import Description
from trails.moving.reading import Reading, read_lines
from trails.moving.scratch import Scratch
from trails.moving.tar import Entry

Progress = Callable[[int, int], object]
"""Is told how many bytes of how many have been read."""

_TEXT_LIMIT = 4 << 20  # of `export.json` and its like


@dataclass(frozen=True, slots=True)
class Checked:
    """What an export holds, once everything in it was found to be right."""

    description: Description
    log_id: str
    rows: int
    files: int
    size: int
    # Digests whose bytes are not in it: disposed of, or left out.
    without_bytes: int
    # What was signed last, and by which key; None for a log that has signed nothing yet.
    checkpoint: checkpoints.Checkpoint | None
    note: bytes
    vkey: str


def check(
    file: BinaryIO,
    scratch: Scratch,
    *,
    key: note.Key | None = None,
    progress: Progress = lambda read, total: None,
) -> Checked:
    """Return what an export holds if all of it is right. `key` is the log's, from its owner.

    `scratch` knows afterwards where each member is, and what digest it has.
    """
    return _Check(file, scratch, key, progress).run()


class _Check:
    def __init__(
        self, file: BinaryIO, scratch: Scratch, key: note.Key | None, progress: Progress
    ) -> None:
        self._file, self._scratch, self._key, self._progress = file, scratch, key, progress
        self._total = file.seek(0, 2)
        self._entries = tar.entries(file)
        self._next: Entry | None = None
        self._root = ""
        self._manifest, self._manifest_size = hashlib.sha256(), 0
        self._tags = b""
        self._payload_bytes = self._payload_files = 0

    def run(self) -> Checked:
        """Read the file from its beginning to its end."""
        self._advance()
        if self._next is None:
            raise Refused("The file is empty: this is no export.")
        self._root = self._next.name.partition("/")[0]
        head = {name: self._tag(name) for name in layout.HEAD}
        description = Description.parse(head[layout.DESCRIPTION])
        self._expect("bagit.txt", head["bagit.txt"], layout.DECLARATION)
        if self._root != description.organization:
            raise Refused(f"The export of {description.organization} is in a folder {self._root}.")
        reading = Reading(description, self._scratch)
        self._rows(reading)
        reading.finish()
        signed, vkey = self._signed(reading, head[layout.CHECKPOINT], head[layout.KEYS])
        files, size = self._evidence()
        self._missing(description)
        self._tail(description)
        return Checked(
            description=description,
            log_id=reading.log_id,
            rows=reading.rows,
            files=files,
            size=size,
            without_bytes=self._scratch.count()[1],
            checkpoint=signed,
            note=head[layout.CHECKPOINT],
            vkey=vkey,
        )

    # --- Members ----------------------------------------------------------------------------

    def _advance(self) -> None:
        self._next = next(self._entries, None)

    def _path(self) -> str:
        """Return the path of the next member below the export's folder, "" at the end."""
        if self._next is None:
            return ""
        root, _, path = self._next.name.partition("/")
        if root != self._root or not path:
            raise Refused(f"{self._next.name!r} is not inside of the export's folder.")
        return path

    def _take(self) -> Iterator[bytes]:
        """Yield the contents of the next member, note its digest, and go on to the one after."""
        path = self._path()
        if (entry := self._next) is None:
            return
        digest = hashlib.sha256()
        for chunk in tar.contents(self._file, entry):
            digest.update(chunk)
            yield chunk
        self._progress(entry.start + entry.size, self._total)
        found = digest.hexdigest()
        self._scratch.add("member", path, entry.start, entry.size, found)
        line = layout.manifest_line(found, path)
        if path.startswith("data/"):
            self._manifest.update(line)
            self._manifest_size += len(line)
            self._payload_bytes += entry.size
            self._payload_files += 1
        else:
            self._tags += line
        self._advance()

    def _tag(self, name: str) -> bytes:
        """Return the contents of the next member, which must have this name."""
        if self._path() != name:
            raise Refused(f"There is {self._path()!r} where {name} belongs: this is no export.")
        if self._next is not None and self._next.size > _TEXT_LIMIT:
            raise Refused(f"{name} has {self._next.size} bytes, more than any export's.")
        return b"".join(self._take())

    def _expect(self, name: str, found: bytes, wanted: bytes) -> None:
        if found != wanted:
            raise Refused(f"{name} does not say what the export holds: somebody changed it.")

    # --- Their contents ---------------------------------------------------------------------

    def _rows(self, reading: Reading) -> None:
        part = 0
        while (of := layout.rows_of(self._path())) is not None:
            table, number = of
            if self._next is not None and self._next.size > layout.PART_LIMIT:
                raise Refused(f"{self._path()} has {self._next.size} bytes, which is too many.")
            part = 1 if reading.begin(table) else part + 1
            if number != part:
                raise Refused(f"Part {number} of {table} comes where part {part} belongs.")
            for line in read_lines(b"".join(self._take())):
                reading.take(line)

    def _signed(
        self, reading: Reading, newest: bytes, vkeys: bytes
    ) -> tuple[checkpoints.Checkpoint | None, str]:
        """Return what the newest checkpoint says, and the key under it, if the leaves fit it."""
        self._expect(layout.CHECKPOINT, newest, reading.note)
        self._expect(layout.KEYS, vkeys, "".join(f"{key}\n" for key in reading.vkeys).encode())
        if not newest:
            if reading.tree.size or self._key:
                raise Refused("No checkpoint was signed over the records of the log.")
            return None, ""
        try:
            known = [note.Key.parse(vkey) for vkey in reading.vkeys]
            said, _, by = checkpoints.opened(newest, [self._key] if self._key else known)
        except BadNote as error:
            raise Refused(
                f"The newest checkpoint is not signed as it should be: {error}"
            ) from error
        if said.origin != reading.origin:
            raise Refused(f"The checkpoint is of {said.origin}, and the log is {reading.origin}.")
        if (said.size, said.root) != (reading.tree.size, reading.tree.root()):
            raise Refused(
                f"The {reading.tree.size} records do not give the root that was signed over "
                f"{said.size}: some were changed, removed or added."
            )
        return said, by[0][0].vkey

    def _evidence(self) -> tuple[int, int]:
        """Check every file of evidence; return how many there are, and their bytes."""
        before, files, total = "", 0, 0
        while (sha256 := layout.evidence_of(self._path())) is not None:
            if sha256 <= before:
                raise Refused(f"{self._path()} is not in its place.")
            before = sha256
            digest, crc32, size = hashlib.sha256(), 0, 0
            for chunk in self._take():
                digest.update(chunk)
                crc32 = zlib.crc32(chunk, crc32)
                size += len(chunk)
            if digest.hexdigest() != sha256:
                raise Refused(f"The bytes named {sha256} have the SHA-256 {digest.hexdigest()}.")
            if self._scratch.has_come(sha256) != (size, crc32):
                raise Refused(f"No row speaks of bytes {sha256} of this size and CRC-32.")
            files, total = files + 1, total + size
        return files, total

    def _missing(self, description: Description) -> None:
        if layout.EVIDENCE in description.leaves_out:
            return
        sha256 = self._scratch.without_bytes()
        if sha256 is not None:
            raise Refused(f"The bytes {sha256} are not in the export, and were not disposed of.")

    def _tail(self, description: Description) -> None:
        """Hold what comes last against what came before."""
        info, manifest, tags = layout.TAIL
        wanted = description.bag_info(self._payload_bytes, self._payload_files)
        self._expect(info, self._tag(info), wanted)
        found = hashlib.sha256()
        if self._path() != manifest or self._next is None or self._next.size != self._manifest_size:
            raise Refused(f"{manifest} is not there, or does not name what the export holds.")
        manifested = self._manifest.digest()
        for chunk in self._take():
            found.update(chunk)
        self._expect(manifest, found.digest(), manifested)
        said = self._tags
        self._expect(tags, self._tag(tags), said)
        if self._next is not None:
            raise Refused(f"There is {self._next.name!r} behind the end of the export.")

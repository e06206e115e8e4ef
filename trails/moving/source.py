"""An export that was verified, read a second time: the same bytes as then, or `Refused`."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from evidence.vault import store
from trails.moving import layout, rows, tar
from trails.moving.checking import Checked
from trails.moving.errors import Refused
from trails.moving.layout import Description
from trails.moving.reading import columns_of, read_lines
from trails.moving.scratch import Scratch
from trails.moving.tables import EXPORTED


@dataclass(frozen=True, slots=True)
class Source:
    """The file of an export, and what is known of it since it was verified."""

    file: BinaryIO
    scratch: Scratch
    checked: Checked

    @property
    def described(self) -> Description:
        """Return what the export says of itself."""
        return self.checked.description

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a table, none for one that is not in the export."""
        if table not in self.described.tables:
            return
        columns = columns_of(EXPORTED[table], self.described)
        for entry, sha256 in self.scratch.members(f"data/rows/{table}/"):
            data = b"".join(tar.contents(self.file, entry))
            if hashlib.sha256(data).hexdigest() != sha256:
                raise Refused(f"The file changed while it was imported: {entry.name}.")
            for line in read_lines(data):
                yield rows.decode(columns, line)

    def evidence(self) -> Iterator[tuple[tar.Entry, str]]:
        """Yield the place of every file of evidence in the export, with its SHA-256."""
        yield from self.scratch.members("data/evidence/")

    def stage(self, entry: tar.Entry, sha256: str) -> store.Staged:
        """Return a file of evidence, hashed once more on its way to the staging area."""
        staged = store.stage(tar.contents(self.file, entry))
        if staged.digest.sha256 != sha256:
            staged.discard()
            raise Refused(f"The file changed while it was imported: {sha256} holds other bytes.")
        return staged

    def stage_digest(self, sha256: str) -> store.Staged:
        """Return the file of a digest, staged. `Refused` where the export does not have it."""
        found = self.scratch.member(layout.evidence_name(sha256))
        if found is None:
            raise Refused(
                f"The vault does not hold {sha256}, nor does the export. Copy the vault first."
            )
        return self.stage(*found)

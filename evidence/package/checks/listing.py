"""Compares manifests and the index of a trail's package with its members, line by line in order.

Part of checks `bag`: whoever alters a file can write these again. Nothing is held but a line: both
sides are in the order of the package, and where they part the comparison ends.
"""

from collections.abc import Iterator
from typing import Self

from evidence.ledger.statement import ATTESTATION
from evidence.package import index, proofs
from evidence.package.checks import statements
from evidence.package.contents import DATA, Contents
from evidence.package.predicates import Statement
from evidence.package.report import Check
from evidence.package.unzip import Entry

_LINE_LIMIT = 70_000  # bytes
_STATES = ("incomplete", "compliant", "non-compliant")


class Manifest:
    """A manifest that is read along."""

    def __init__(self, path: str, lines: Iterator[bytes], found: Check) -> None:
        self._path, self._lines, self._found = path, lines, found
        self._parted = False

    @classmethod
    def of(cls, contents: Contents, path: str, found: Check) -> Self | None:
        """Return a manifest of the root, None where there is none, which is said elsewhere."""
        entry = contents.tags.get(path)
        return None if entry is None else cls(path, contents.lines(entry, _LINE_LIMIT), found)

    def compare(self, entry: Entry) -> None:
        """Compare the next line with the next file."""
        if self._parted:
            return
        line = next(self._lines, b"")
        if line == f"{entry.sha256.hex()}  {entry.path}\n".encode():
            return
        if line.endswith(f"  {entry.path}\n".encode()):
            reason = f"Its SHA-256 is {entry.sha256.hex()}, not what {self._path} says."
            self._found.fail("file-altered", entry.path, reason)
            return
        self._parted = True
        self._found.fail(
            "file-unlisted",
            entry.path,
            f"{self._path} and the files part here: it is not the file that is listed next. What "
            "comes after it was not compared.",
        )

    def end(self) -> None:
        """Check that nothing more is listed."""
        if not self._parted and (line := next(self._lines, None)) is not None:
            listed = line[:300].decode(errors="replace").rstrip("\n")
            reason = f"{self._path} lists this file, and it is not there."
            self._found.fail("file-missing", listed, reason)


class Index:
    """The index that is read along."""

    def __init__(self, lines: Iterator[bytes], found: Check) -> None:
        self._lines, self._found = lines, found
        self._held = b""
        self._parted = False

    @classmethod
    def of(cls, contents: Contents, found: Check) -> Self | None:
        """Return the index of the root, after its first line; None where there is none."""
        entry = contents.tags.get(index.PATH)
        if entry is None:
            return None
        made = cls(contents.lines(entry, _LINE_LIMIT), found)
        made._expect(index.head(), index.PATH)
        return made

    def compare(self, id: str, directory: str, opening: Statement, view: Contents) -> None:
        """Compare the next lines with a workflow, whose statements are well formed."""
        if self._parted:
            return
        state = index.state_of(self._peek())
        if state not in _STATES:
            self._part(directory)
            return
        if not view.directories:
            self._expect(index.of_workflow(id, state, opening.predicate["at"]), directory)
        for step, entries in view.directories.items():
            predicate = statements.parse(view, step, ATTESTATION).predicate
            files = [
                (
                    f"{DATA}{directory}/{entry.path.removeprefix(DATA)}",
                    entry.size,
                    entry.sha256.hex(),
                )
                for entry in entries
            ]
            self._expect(index.of_attestation(id, state, predicate, files), directory)

    def end(self) -> None:
        """Check that nothing more is listed."""
        if not self._parted and self._peek():
            self._part(self._peek()[:300].decode(errors="replace"))

    def _peek(self) -> bytes:
        self._held = self._held or next(self._lines, b"")
        return self._held

    def _expect(self, wanted: bytes, about: str) -> None:
        while not self._parted and len(self._held) < len(wanted):
            more = next(self._lines, b"")
            if not more:
                break
            self._held += more
        if self._parted:
            return
        if not self._held.startswith(wanted):
            self._part(about)
        self._held = self._held[len(wanted) :]

    def _part(self, about: str) -> None:
        self._parted = True
        self._found.fail(
            "index-differs",
            about,
            f"{index.PATH} says something else here than the records and files. What comes after "
            f"it was not compared. The records count ({proofs.DIRECTORY}/).",
        )

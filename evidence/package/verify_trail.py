"""Verifies the package of a whole trail: each workflow as its own package would be. Pure.

One pass over the file, workflow by workflow. A workflow is looked at by the checks of its own
package, through a view in which its part of `data/` and `proof/` are all there is. What is compared
here is what holds them together: manifests, index, one trail, one checkpoint, nothing outside.

Memory is that of one workflow, and about 400 bytes for each other one. The proofs of a workflow
stand far before its files; they are read again with the files, and hashed again: what is judged is
what was compared with the manifest.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from evidence import names
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Note
from evidence.ledger.statement import WORKFLOW
from evidence.package import bag, index, proofs
from evidence.package.checks import bag as bags
from evidence.package.checks import evidence, log, statements, workflow
from evidence.package.checks.listing import Index, Manifest
from evidence.package.contents import DATA, Changed, Contents
from evidence.package.report import Check, Finding, Name, Outcome, Report
from evidence.package.trail import Names
from evidence.package.unzip import MEMBERS_LIMIT, BadZip, Entry, Progress
from evidence.package.walk import Place, Walk

ROOT_FILES = (*bag.FIRST, index.PATH)
_ONCE = (proofs.KEY, proofs.CHECKPOINT, proofs.TIMESTAMP)
_OF_WORKFLOWS = (Name.STATEMENTS, Name.EVIDENCE, Name.INCLUSION, Name.WORKFLOW)


def opened(file: BinaryIO, progress: Progress | None = None) -> Walk | None:
    """Return the members of a file that claims to be the package of a trail: it has an index.

    None for everything else; whoever reads the packages of workflows says what is wrong with it.
    """
    try:
        walk = Walk(file, file.seek(0, 2), progress)
        return walk if index.PATH in walk.names(len(ROOT_FILES)) else None
    except BadZip:
        return None


@dataclass(slots=True)
class _Proofs:
    """Where the proofs of a workflow are, how many, and a digest over theirs."""

    place: Place
    count: int = 0
    digest: bytes = b""

    def add(self, entry: Entry) -> None:
        self.count += 1
        said = f"{entry.size} {entry.path}\n".encode()
        self.digest = hashlib.sha256(self.digest + entry.sha256 + said).digest()


class Verifier:
    """A package of a trail that is being read, and the report that is filled meanwhile."""

    def __init__(self, file: BinaryIO, walk: Walk, report: Report) -> None:
        self._file, self._walk, self._report = file, walk, report
        self._checks = report.checks
        self._root_entries: list[Entry] = []
        self._proofs: dict[str, _Proofs] = {}
        self._taken: set[str] = set()
        self._current: str | None = None
        self._entries: list[Entry] = []
        self._stage = 0
        # What comes once all of the root is known.
        self.root: Contents | None = None
        self.signed: tuple[Checkpoint, Note] | None = None
        self._tags: Manifest | None = None
        self._files: Manifest | None = None
        self._index: Index | None = None
        self._names = Names()
        self._openings: set[bytes] = set()
        self._step: str | None = None
        report.workflows = 0

    def read(self) -> Contents | None:
        """Check everything but signatures; return what is at the root, None for no zip of ours."""
        found = self._checks[Name.ZIP]
        try:
            for place, entry in self._walk.whole():
                if not entry.crc_fits:
                    found.fail("crc", entry.path, "The CRC-32 of this member is not the promised.")
                self._enter(place, entry)
            self._end_of_workflow()
        except BadZip as bad:
            found.fail(bad.code, bad.about, bad.reason)
            self._report.not_run(*list(Name)[1:], because=Name.ZIP)
            return None
        self._end()
        return self.root

    # --- One member after the other -----------------------------------------------------------

    def _enter(self, place: Place, entry: Entry) -> None:
        parts = entry.path.split("/")
        stage = _stage(entry.path, parts)
        if stage is None:
            self._misplaced(entry.path, "No file of a package is at this path.")
            return
        if stage < self._stage:
            self._misplaced(entry.path, "This file stands behind what it comes before.")
            return
        self._stage = stage
        if stage == _ROOT:
            self._root_entries.append(entry)
            if len(self._root_entries) > len(ROOT_FILES) + len(_ONCE):
                raise BadZip("name-twice", entry.path, "Files of the root are there twice.")
            return
        root = self._of_root()
        if stage == _PROOF:
            self._proof(place, entry, parts[1])
        elif entry.path == DATA:
            root.entries.append(entry)
        else:
            self._datum(entry, parts)

    def _proof(self, place: Place, entry: Entry, name: str) -> None:
        if name != self._current:
            self._take(name, entry.path)
            self._proofs[name] = _Proofs(place)
            self._current = name
        self._proofs[name].add(entry)
        if self._tags is not None:
            self._tags.compare(entry)

    def _datum(self, entry: Entry, parts: list[str]) -> None:
        if entry.path.endswith("/") and len(parts) == 3:
            self._end_of_workflow()
            self._current, self._step = parts[1], None
            self._entries = []
            self._report.workflows = (self._report.workflows or 0) + 1
            return
        if parts[1] != self._current or not self._report.workflows:
            self._misplaced(entry.path, "This file does not stand in its workflow's directory.")
            return
        if len(self._entries) >= MEMBERS_LIMIT:
            raise BadZip("zip-layout", entry.path, "The workflow has more files than are read.")
        self._entries.append(entry)
        if entry.path.endswith("/"):
            self._step = parts[2]
        else:
            if parts[2] != self._step:
                self._misplaced(entry.path, "This file does not stand in its directory.")
            self._report.files += 1
            self._report.bytes += entry.size
            if self._files is not None:
                self._files.compare(entry)

    def _misplaced(self, path: str, reason: str) -> None:
        self._checks[Name.BAG].fail("file-order", path, reason)

    def _take(self, name: str, about: str) -> None:
        folded = unicodedata.normalize("NFC", name.casefold())
        if folded in self._taken:
            raise BadZip(
                "name-twice", about, "Two workflows have names that some system takes for one."
            )
        self._taken.add(folded)

    # --- The root -----------------------------------------------------------------------------

    def _of_root(self) -> Contents:
        """Return the root, once its last file has been read: then the other checks can begin."""
        if self.root is not None:
            return self.root
        found = self._checks[Name.BAG]
        self.root = Contents(self._file, self._walk.root, self._root_entries)
        paths = [entry.path for entry in self._root_entries]
        for path in ROOT_FILES:
            if path not in paths:
                found.fail("file-missing", path, f"Every package of a trail has {path}.")
        expected = [path for path in (*ROOT_FILES, *_ONCE) if path in paths]
        if paths != expected:
            found.fail("file-order", "", "The files of the root are in another order.")
        declaration = self.root.tag("bagit.txt", len(bag.DECLARATION))
        if declaration not in (None, bag.DECLARATION):
            found.fail("bag-declaration", "bagit.txt", "The file does not declare BagIt 1.0.")
        for path in (proofs.KEY, proofs.CHECKPOINT):
            if path not in paths:
                reason = "Without this file no record is tied to the log."
                self._checks[Name.STATEMENTS].fail("proof-missing", path, reason)
        self._tags = Manifest.of(self.root, bag.TAG_MANIFEST, found)
        self._files = Manifest.of(self.root, bag.MANIFEST, found)
        self._index = Index.of(self.root, found)
        for entry in self._root_entries:
            if self._tags is not None and entry.path != bag.TAG_MANIFEST:
                self._tags.compare(entry)
        self.signed = log.read_checkpoint(self.root, self._checks[Name.INCLUSION])
        self._current = None
        return self.root

    def _end(self) -> None:
        """Check what only the end can tell: that nothing more was promised."""
        root, found = self._of_root(), self._checks[Name.BAG]
        bags.check_info(root, self._report.bytes, self._report.files, found)
        for listing in (self._tags, self._files, self._index):
            if listing is not None:
                listing.end()
        if DATA not in [entry.path for entry in root.entries]:
            found.fail("file-order", DATA, "The directory of the evidence is missing.")
        for name in self._proofs:
            reason = "There are proofs of this workflow, and it has no directory in data/."
            self._checks[Name.STATEMENTS].fail("proof-extra", name, reason)
        if not self._report.workflows:
            self._checks[Name.WORKFLOW].fail("no-workflow", DATA, "There is no workflow in it.")

    # --- One workflow after the other ---------------------------------------------------------

    def _end_of_workflow(self) -> None:
        """Check the workflow that has been read, if one has."""
        name, self._current = self._current, None
        if name is None or not self._report.workflows or self.root is None:
            return
        before = next(iter(self._proofs), None)
        held = self._proofs.pop(name, None)
        if held is None:
            reason = "The records of this workflow are missing."
            self._checks[Name.STATEMENTS].fail("statement-missing", name, reason)
            return
        if before is not None and before != name:
            self._misplaced(f"{DATA}{name}/", "The workflows are in another order than the proofs.")
        view = self._view(name, held)
        self._report.attestations += len(view.directories)
        own = {check: Check(check) for check in _OF_WORKFLOWS}
        statements.check(view, own[Name.STATEMENTS])
        if own[Name.STATEMENTS].outcome is Outcome.PASSED:
            self._judge(name, view, own)
        for check in own.values():
            self._tell(name, check)

    def _judge(self, name: str, view: Contents, own: dict[Name, Check]) -> None:
        opening = statements.parse(view, proofs.WORKFLOW, WORKFLOW)
        id, found = opening.predicate["id"], own[Name.WORKFLOW]
        view.root = names.clean(id)
        acts = evidence.check(view, own[Name.EVIDENCE])
        checkpoint = self.signed[0] if self.signed else None
        if checkpoint is not None:
            log.check_inclusion(view, checkpoint, own[Name.INCLUSION])
        workflow.check(view, checkpoint, found)
        wanted = self._names.of(id)
        if name != wanted:
            found.fail("directory-name", name, f"The workflow makes the directory's name {wanted}.")
        trail = self._report.trail = self._report.trail or opening.subject
        if opening.subject != trail:
            found.fail("other-trail", name, f"This is a workflow of {opening.subject}.")
        digest = bytes.fromhex(opening.sha256)
        if digest in self._openings:
            found.fail("workflow-twice", name, "This workflow is there twice.")
        self._openings.add(digest)
        root = names.clean(trail.rpartition("/")[2])
        if view.root and self._walk.root != root and not self._walk.root.startswith(f"{root}_"):
            found.fail("root-name", self._walk.root, f"The trail makes the name {root}.")
        if self._index is not None:
            self._index.compare(id, name, opening, view)
        for act in acts:
            # What a report tells of it; its digests have been compared.
            act.digests, act.unmatched = frozenset(), set()
            act.reason = f"{id}: {act.reason}"
        self._report.disposed += acts

    def _view(self, name: str, held: _Proofs) -> Contents:
        """Return the workflow as if it had a package of its own."""
        again = _Proofs(held.place)
        its = []
        below = f"{proofs.DIRECTORY}/{name}/"
        for entry in self._walk.again(held.place, held.count):
            again.add(entry)
            its.append(entry._replace(path=f"{proofs.DIRECTORY}/{entry.path.removeprefix(below)}"))
        if again.digest != held.digest:
            raise Changed(below)
        once = [entry for entry in self._root_entries if entry.path in _ONCE]
        data = [
            entry._replace(path=DATA + entry.path.removeprefix(f"{DATA}{name}/"))
            for entry in self._entries
        ]
        _refuse_twice(name, its)
        _refuse_twice(name, data)
        self._entries = []
        return Contents(self._file, "", [*once, *its, *data])

    def _tell(self, name: str, check: Check) -> None:
        """Tell what a check has found of a workflow, in one finding."""
        if not check.failures:
            if check.is_skipped:
                said = check.findings[0]
                self._checks[check.name].fail(said.code, name, said.reason)
            return
        code, about, reason = check.findings[0]
        more = f" ({check.failures} findings in this workflow.)" if check.failures > 1 else ""
        found = Finding(code, f"{name}: {about}", reason + more)
        self._checks[check.name].fail(*found)


_ROOT, _PROOF, _DATA = 1, 2, 3


def _stage(path: str, parts: list[str]) -> int | None:
    """Return the part of a package that a path belongs to, None for no part."""
    if path in ROOT_FILES or path in _ONCE:
        return _ROOT
    if parts[0] == proofs.DIRECTORY and len(parts) == 3 and all(parts):
        return _PROOF
    if path == DATA:
        return _DATA
    is_file = len(parts) == 4 and all(parts)
    is_directory = len(parts) in (3, 4) and all(parts[:-1]) and not parts[-1]
    return _DATA if parts[0] == "data" and (is_file or is_directory) else None


def _refuse_twice(name: str, entries: Iterable[Entry]) -> None:
    taken: set[str] = set()
    for entry in entries:
        folded = unicodedata.normalize("NFC", entry.path.rstrip("/").casefold())
        if folded in taken:
            raise BadZip(
                "name-twice", f"{name}: {entry.path}", "Some system takes two names for this one."
            )
        taken.add(folded)

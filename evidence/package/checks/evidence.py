"""Check `evidence`: each directory of `data/` holds exactly the files that its statement names.

The SHA-256 in a statement is what was attested; where it differs from the file's, the file is not
the evidence, whatever the bag's manifest says.

A file may be absent if an act of disposal names it, the act that answers for its attestation. That
the act is of this workflow and in the log is seen to by `workflow` and `inclusion`, as with every
statement. A file that was disposed of and is there all the same is held to its digest: whoever kept
the bytes may add them. The list of evidence is never disposed of.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from evidence.errors import NotCanonical
from evidence.ledger import statement
from evidence.package import disposals, proofs
from evidence.package.checks import statements
from evidence.package.contents import DATA, Contents
from evidence.package.disposals import Act
from evidence.package.predicates import is_descriptor
from evidence.package.report import Check
from evidence.package.unzip import Entry

LIST_LIMIT = 16 << 20
"""Bytes of a list of evidence, which has to be read whole: about seventy thousand files."""
USER_DATA, EXTERNAL = "user-data.json", "external.txt"
_RESERVED = frozenset({USER_DATA, EXTERNAL, statement.EVIDENCE_LIST_NAME})


class _Wanted(NamedTuple):
    sha256: str
    size: int | None  # free data has no size in the statement

    @classmethod
    def by(cls, descriptor: Mapping[str, Any]) -> "_Wanted":
        return cls(descriptor["digest"]["sha256"], int(descriptor["annotations"]["size"]))

    def fits(self, entry: Entry) -> bool:
        return entry.sha256.hex() == self.sha256 and self.size in (None, entry.size)


def check(contents: Contents, found: Check) -> list[Act]:
    """Check every attestation's directory against its statement, which must be well formed.

    Returns the acts of disposal, each with the number of files that are absent because of it.
    """
    acts = _acts(contents, found)
    for name in contents.directories:
        predicate = statements.parse(contents, name, statement.ATTESTATION).predicate
        act = disposals.answering(acts, predicate["number"])
        _check_directory(contents, name, predicate, act, found)
    for act in acts:
        if act.unmatched:
            found.fail(
                "disposal-extra",
                proofs.statement_path(disposals.name(act.place)),
                "Digests that the disposal names and no file of the attestations "
                f"{act.after + 1} to {act.up_to} has: {len(act.unmatched)}.",
            )
    return acts


def _acts(contents: Contents, found: Check) -> list[Act]:
    try:
        return disposals.acts(
            statements.parse(contents, name, statement.ACTIVITY)
            for name in statements.disposed(contents)
        )
    except disposals.Unfinished as error:
        found.fail("disposal-parts", f"{proofs.DIRECTORY}/", str(error))
        return []


def _check_directory(
    contents: Contents,
    directory: str,
    predicate: Mapping[str, Any],
    act: Act | None,
    found: Check,
) -> None:
    path = f"{DATA}{directory}/"
    entries = {entry.path.removeprefix(path): entry for entry in contents.directories[directory]}
    descriptors, listing = predicate["evidence"], None
    if [item["mediaType"] for item in descriptors] == [statement.EVIDENCE_LIST_MEDIA_TYPE]:
        listing = _Wanted.by(descriptors[0])
        entry = entries.get(statement.EVIDENCE_LIST_NAME)
        is_there = _check_file(f"{path}{statement.EVIDENCE_LIST_NAME}", entry, listing, found)
        if entry is None or not is_there:
            return  # without its list, nobody can tell what belongs to the attestation
        try:
            descriptors = _listed(contents.read(entry, LIST_LIMIT))
        except NotCanonical as error:
            found.fail("list-form", entry.path, str(error))
            return
    names = [descriptor["name"] for descriptor in descriptors]
    if len(set(names)) < len(names) or _RESERVED & set(names):
        found.fail(
            "list-form", path, "The evidence lists a name twice, or one that a package needs."
        )
        return
    wanted = dict(zip(names, map(_Wanted.by, descriptors), strict=True))
    if act is not None:
        wanted = _left(wanted, entries, act)
    if predicate["user_data"] is not None:
        wanted[USER_DATA] = _Wanted(predicate["user_data"]["digest"]["sha256"], None)
    if predicate["external"]:
        text = proofs.external_text(predicate["external"])
        wanted[EXTERNAL] = _Wanted(statement.sha256(text), len(text))
    if listing:
        wanted[statement.EVIDENCE_LIST_NAME] = listing
    is_whole = all(
        [_check_file(path + name, entries.get(name), file, found) for name, file in wanted.items()]
    )
    for name, entry in entries.items():
        if name not in wanted:
            is_whole = False
            found.fail("evidence-extra", entry.path, "Nobody attested this file.")
    if is_whole and list(entries) != list(wanted):
        found.fail("file-order", path, "The files are in another order than they were attested.")


def _left(
    wanted: Mapping[str, _Wanted], entries: Mapping[str, Entry], act: Act
) -> dict[str, _Wanted]:
    """Return the files that must be there: all but those that the act names and that are gone."""
    left = {}
    for name, file in wanted.items():
        digest = bytes.fromhex(file.sha256)
        act.unmatched.discard(digest)
        if digest in act.digests and name not in entries:
            act.absent += 1
        else:
            left[name] = file
    return left


def _check_file(path: str, entry: Entry | None, wanted: _Wanted, found: Check) -> bool:
    if entry is None:
        found.fail("evidence-missing", path, "This file was attested, and it is not there.")
        return False
    if not wanted.fits(entry):
        found.fail(
            "evidence-altered",
            path,
            f"This is not the file that was attested: its SHA-256 is {entry.sha256.hex()} where "
            f"the record says {wanted.sha256}.",
        )
        return False
    return True


def _listed(data: bytes) -> list[dict[str, Any]]:
    """Return the descriptors of a list of evidence in its canonical bytes, else `NotCanonical`."""
    if len(data) > LIST_LIMIT:
        raise NotCanonical(f"A list of evidence with more than {LIST_LIMIT} bytes is not read.")
    try:
        value = json.loads(data.decode("utf-8"))
        is_same = statement.is_canonical(value, data)
    except (ValueError, RecursionError) as error:
        raise NotCanonical("The list of evidence is not JSON that we write.") from error
    if not is_same or not isinstance(value, list) or not all(map(is_descriptor, value)):
        raise NotCanonical("The list of evidence is not a canonical list of descriptors of files.")
    return value

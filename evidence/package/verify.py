"""The door to verifying a package: `verify(path, keys)` gives a report. No Django, no network.

    python -m evidence.package.verify package.zip --key VKEY

This file says in which order the checks are made and which needs which; what each demands is in
`checks/`. How a report looks on a terminal is in `told`.
"""

import base64
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from evidence.errors import BadNote
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Algorithm, Key, Note
from evidence.ledger.policy import Policy
from evidence.ledger.statement import WORKFLOW
from evidence.package import proofs, unzip, verify_trail
from evidence.package.checks import bag, evidence, log, statements, timestamp, workflow
from evidence.package.contents import Contents
from evidence.package.disposals import Act
from evidence.package.report import Name, Outcome, Report
from evidence.package.unzip import BUFFER, BadZip, Progress

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_NOTES = (
    "report.html, README.txt and bag-info.txt are for reading. The server wrote them, and only the "
    "bag's own manifest covers them, not the log: where they and the records differ, the records "
    "count.",
    "Attestations that were recorded after the last one in this package cannot be seen here. Ask "
    "for a new package to see them.",
)
_NO_POLICY = (
    "No policy of witnesses was brought, so only the log's own key vouches that others are shown "
    "the same log."
)
_OF_TRAIL = (
    "Workflows that were left out of this package of a trail cannot be seen here, and the states "
    "in index.csv are the server's word."
)
_ABSENT = (
    "This package is not whole: files that were attested have been disposed of. The log holds "
    "their digests, and who disposed of them, when and why; nobody can tell from it what was in "
    "them."
)


def verify(
    path: Path,
    keys: Iterable[Key],
    policy: Policy | None = None,
    tsa_roots: "Collection[Certificate] | None" = None,
    progress: Progress | None = None,
) -> Report:
    """Return what can be said about the package at `path`.

    `keys` are those of the log that the verifier trusts, several after a rotation; the logs of the
    policy are trusted as well. `tsa_roots` are the certificates above a timestamp authority.
    `progress` is told the bytes read and the bytes of the file.

    Raises OSError where the file cannot be read, `Changed` where it changes meanwhile, and
    `BadNote` for a key that is no log's. Whatever is wrong with the package is in the report.
    """
    trusted = [*keys, *(policy.logs if policy else ())]
    for key in trusted:
        if key.algorithm is not Algorithm.ED25519:
            raise BadNote(f"{key.vkey} is the key of a witness; bring that of the log (type 1).")
    report = Report(package=path.name)
    with path.open("rb", buffering=BUFFER) as file:
        members = verify_trail.opened(file, progress)
        if members is not None:
            report.notes.append(_OF_TRAIL)
            found = verify_trail.Verifier(file, members, report)
            root = found.read()
            if root is not None:
                _tell_disposals(report.disposed, report)
                _check_signed(root, found.signed, report, trusted, policy, tsa_roots)
        else:
            contents = _open(file, report, progress)
            if contents is not None:
                _count(contents, report)
                bag.check(contents, report.checks[Name.BAG])
                _check_proofs(contents, report, trusted, policy, tsa_roots)
    report.notes += _NOTES
    if policy is None:
        report.notes.append(_NO_POLICY)
    return report


def _open(file: BinaryIO, report: Report, progress: Progress | None) -> Contents | None:
    """Check the zip; return its contents, or None where it is none of ours."""
    found = report.checks[Name.ZIP]
    try:
        archive = unzip.directory(file, file.seek(0, 2))
        contents = Contents(file, unzip.root_of(archive), unzip.read(file, archive, progress))
    except BadZip as bad:
        found.fail(bad.code, bad.about, bad.reason)
        report.not_run(*list(Name)[1:], because=Name.ZIP)
        return None
    for entry in contents.entries:
        if not entry.crc_fits:
            found.fail("crc", entry.path, "The CRC-32 of this member is not the promised one.")
    return contents


def _count(contents: Contents, report: Report) -> None:
    report.attestations = len(contents.directories)
    report.files = len(contents.payload)
    report.bytes = sum(entry.size for entry in contents.payload)


def _check_proofs(
    contents: Contents,
    report: Report,
    keys: Collection[Key],
    policy: Policy | None,
    tsa_roots: "Collection[Certificate] | None",
) -> None:
    checks = report.checks
    statements.check(contents, checks[Name.STATEMENTS])
    if checks[Name.STATEMENTS].outcome is Outcome.SKIPPED:
        report.not_run(*list(Name)[3:], because=Name.STATEMENTS)
        return
    opened = log.read_checkpoint(contents, checks[Name.INCLUSION])
    checkpoint = opened[0] if opened else None
    if checks[Name.STATEMENTS].outcome is Outcome.PASSED:
        opening = statements.parse(contents, proofs.WORKFLOW, WORKFLOW)
        report.workflow = workflow.subject(opening)
        acts = evidence.check(contents, checks[Name.EVIDENCE])
        if checkpoint:
            log.check_inclusion(contents, checkpoint, checks[Name.INCLUSION])
        workflow.check(contents, checkpoint, checks[Name.WORKFLOW])
        _tell_disposals(acts, report)
    else:
        report.not_run(Name.EVIDENCE, Name.INCLUSION, Name.WORKFLOW, because=Name.STATEMENTS)
    _check_signed(contents, opened, report, keys, policy, tsa_roots)


def _check_signed(
    contents: Contents,
    opened: tuple[Checkpoint, Note] | None,
    report: Report,
    keys: Collection[Key],
    policy: Policy | None,
    tsa_roots: "Collection[Certificate] | None",
) -> None:
    """Check what others vouch for: the log's key, witnesses, an authority."""
    checks = report.checks
    if opened is None:
        report.not_run(Name.CHECKPOINT, Name.WITNESSES, Name.TIMESTAMP, because=Name.INCLUSION)
        return
    checkpoint, signed = opened
    report.origin, report.size = checkpoint.origin, checkpoint.size
    report.root = base64.b64encode(checkpoint.root).decode()
    in_package = log.key_in_package(contents)
    key = log.check_signature(signed, checkpoint.origin, keys, in_package, checks[Name.CHECKPOINT])
    if key is not None:
        report.key = key.vkey
        if in_package != key.vkey:
            report.notes.append(
                "The key in the package (proof/log.vkey) is not the one that was brought and that "
                "signed. It proves nothing either way; ask the log's owner why."
            )
    report.cosigners = log.check_witnesses(signed, policy, checks[Name.WITNESSES])
    report.timestamp = timestamp.check(contents, signed.text, tsa_roots, checks[Name.TIMESTAMP])


def _tell_disposals(acts: list[Act], report: Report) -> None:
    """Say what is absent because it was disposed of; what is not proven is not said."""
    told = (Name.EVIDENCE, Name.INCLUSION, Name.WORKFLOW)
    if any(report.checks[name].outcome is not Outcome.PASSED for name in told):
        report.disposed = []
        return
    report.disposed = acts
    if report.absent:
        report.notes.append(_ABSENT)


if __name__ == "__main__":
    from evidence.package.command import main

    sys.exit(main())

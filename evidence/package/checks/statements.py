"""Check `statements`: every directory of `data/` has a canonical statement and a proof.

So has every part of an act of disposal, which has no directory.

What the statements say is compared with files, log and one another by the checks after this one.
"""

from collections.abc import Iterator
from itertools import count

from evidence.errors import NotCanonical
from evidence.ledger.statement import ACTIVITY, ATTESTATION, BODY_LIMIT, WORKFLOW
from evidence.package import disposals, proofs
from evidence.package.contents import Contents
from evidence.package.predicates import Statement
from evidence.package.report import Check


def check(contents: Contents, found: Check) -> None:
    """Check that all files are there, none more, in order; then the form of each statement."""
    present = contents.proofs
    if not present:
        found.skip(
            "no-proof",
            f"{proofs.DIRECTORY}/",
            "The package has no proofs, so nothing ties it to a log. Whoever has altered it could "
            "have written it just so. Ask for a package with proofs.",
        )
        return
    expected = list(_expected(contents))
    there, wanted = set(present), set(expected)
    for path in expected:
        if path in there:
            continue
        if path.endswith(proofs.STATEMENT_SUFFIX):
            found.fail("statement-missing", path, "The record of a directory in data/ is missing.")
        else:
            found.fail("proof-missing", path, "Without this file a record is not tied to the log.")
    for path in present:
        if path not in wanted:
            found.fail("proof-extra", path, "This proves nothing that is in data/.")
    if not found.failures and present != expected:
        paths = [path for path, other in zip(present, expected, strict=True) if path != other]
        found.fail("file-order", paths[0], "The proofs are in another order than the directories.")
    for name, kind in names(contents):
        try:
            parse(contents, name, kind)
        except NotCanonical as error:
            found.fail("statement-form", proofs.statement_path(name), str(error))
        except KeyError:
            continue  # said above


def names(contents: Contents) -> Iterator[tuple[str, str]]:
    """Yield the name of every statement, without suffix, and what kind of statement it must be."""
    yield proofs.WORKFLOW, WORKFLOW
    for directory in contents.directories:
        yield directory, ATTESTATION
    for name in disposed(contents):
        yield name, ACTIVITY


def disposed(contents: Contents) -> Iterator[str]:
    """Yield the name of every statement of a disposal: from 1 on, as many as are there."""
    for number in count(1):
        name = disposals.name(number)
        if proofs.statement_path(name) not in contents.tags or name in contents.directories:
            return
        yield name


def body(contents: Contents, name: str) -> bytes:
    """Return the bytes of a statement. KeyError if it is not there."""
    return contents.read(contents.tags[proofs.statement_path(name)], BODY_LIMIT)


def parse(contents: Contents, name: str, kind: str) -> Statement:
    """Return a statement, which is read again: ten thousand of them do not fit into memory.

    `NotCanonical` if it is malformed or of another kind, KeyError if it is not there.
    """
    return Statement.parse(body(contents, name), kind)


def _expected(contents: Contents) -> Iterator[str]:
    yield proofs.KEY
    yield proofs.CHECKPOINT
    if proofs.TIMESTAMP in contents.tags:
        yield proofs.TIMESTAMP
    for name, _ in names(contents):
        yield proofs.statement_path(name)
        yield proofs.proof_path(name)

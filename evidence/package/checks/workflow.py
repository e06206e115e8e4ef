"""Check `workflow`: the statements are about one workflow, all of its attestations, in order.

A log holds the records of a whole organization, each truly included. What is in this package must
be of one workflow, complete up to its last record, and under the names that follow from it.
"""

from evidence import names
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.statement import ACTIVITY, ATTESTATION, WORKFLOW
from evidence.package import bag, proofs
from evidence.package.checks import statements
from evidence.package.contents import DATA, Contents
from evidence.package.predicates import Statement
from evidence.package.report import Check


def subject(opening: Statement) -> str:
    """Return the name under which attestations speak of a workflow: `<org>/<trail>/<workflow>`."""
    return f"{opening.subject}/{opening.predicate['id']}"


def check(contents: Contents, checkpoint: Checkpoint | None, found: Check) -> None:
    """Check subjects, numbers, directories, the root and the log, of well-formed statements.

    The checkpoint is None where it could not be read, which another check has said.
    """
    opening = statements.parse(contents, proofs.WORKFLOW, WORKFLOW)
    organization, slash, trail = opening.subject.partition("/")
    if not (organization and slash and trail) or "/" in trail or "/" in opening.predicate["id"]:
        found.fail(
            "other-workflow",
            proofs.statement_path(proofs.WORKFLOW),
            f"'{subject(opening)}' does not name an organization, its trail and its workflow.",
        )
    steps = []
    for place, directory in enumerate(contents.directories, start=1):
        attested = statements.parse(contents, directory, ATTESTATION)
        _check_subject(directory, attested, opening, found)
        number = attested.predicate["number"]
        if number != place:
            found.fail(
                "number-gap",
                proofs.statement_path(directory),
                f"This is attestation {number} of the workflow, where number {place} belongs: "
                "one was left out, repeated or moved.",
            )
        steps.append(attested.predicate["step"])
    _check_disposals(contents, opening, found)
    for directory, wanted in zip(contents.directories, bag.directory_names(steps), strict=True):
        if directory != wanted:
            found.fail(
                "directory-name",
                f"{DATA}{directory}/",
                f"The record's step makes the directory's name {wanted}.",
            )
    root = names.clean(opening.predicate["id"])
    if contents.root != root:
        found.fail("root-name", contents.root, f"The workflow makes the directory's name {root}.")
    if checkpoint is not None and not checkpoint.origin.endswith(f"/{organization}"):
        found.fail(
            "other-log",
            checkpoint.origin,
            f"The workflow is of {organization}, and this log is not.",
        )


def _check_disposals(contents: Contents, opening: Statement, found: Check) -> None:
    """Check that disposals are of this workflow too, and of nothing that is not in the package."""
    last = len(contents.directories)
    for name in statements.disposed(contents):
        disposed = statements.parse(contents, name, ACTIVITY)
        _check_subject(name, disposed, opening, found)
        up_to = disposed.predicate["details"]["up_to"]
        if up_to > last:
            found.fail(
                "number-gap",
                proofs.statement_path(name),
                f"This is about attestations up to {up_to}, and the last one here is {last}.",
            )


def _check_subject(name: str, attested: Statement, opening: Statement, found: Check) -> None:
    if attested.subject != subject(opening):
        found.fail(
            "other-workflow",
            proofs.statement_path(name),
            f"This record is about {attested.subject}, not about {subject(opening)}.",
        )
    elif attested.subject_sha256 != opening.sha256:
        found.fail(
            "other-workflow",
            proofs.statement_path(name),
            "This record is about a workflow of the same name that another record opened.",
        )

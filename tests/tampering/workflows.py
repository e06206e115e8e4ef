"""Records that are truly in a log, and do not belong together."""

from dataclasses import replace

from tests import packages
from tests.packages import Example, example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import log_says, moved, opening_body


@found("workflow", "other-workflow")
def a_statement_about_another_workflow(given: Example) -> Tampered:
    attested = packages.ATTESTATIONS[1]
    other = "acme/prod-server-access/run-2"
    body = packages.attestation_statement(other, opening_body(), 2, attested)
    return example(bodies={2: body})


@found("workflow", "other-workflow")
def a_statement_about_an_earlier_workflow_of_the_same_name(given: Example) -> Tampered:
    attested, subject = packages.ATTESTATIONS[1], "acme/prod-server-access/run-1"
    opening = opening_body(description="an earlier one")
    return example(bodies={2: packages.attestation_statement(subject, opening, 2, attested)})


@found("workflow", "number-gap")
def an_attestation_left_out(given: Example) -> Tampered:
    gone = ("data/command-logs/", "proof/command-logs.")
    parts = {
        name: data
        for name, data in given.parts.items()
        if not name.startswith(tuple(given.path(path) for path in gone))
    }
    return replace(given, parts=parts).rebagged()


@found("", "", verdict="verified")
def the_last_attestation_left_out(given: Example) -> Tampered:
    # It looks like a package that was made before: every report of a verifier says so.
    gone = ("data/_CON/", "proof/_CON.")
    parts = {
        name: data
        for name, data in given.parts.items()
        if not name.startswith(tuple(given.path(path) for path in gone))
    }
    return replace(given, parts=parts).rebagged()


@found("workflow", "number-gap")
def a_number_twice(given: Example) -> Tampered:
    return log_says(2, number=1)


@found("workflow", "number-gap")
def a_number_too_high(given: Example) -> Tampered:
    return log_says(6, number=7)


@found("workflow", "number-gap")
def two_numbers_swapped(given: Example) -> Tampered:
    subject, opening = "acme/prod-server-access/run-1", opening_body()
    bodies = {
        place: packages.attestation_statement(
            subject, opening, number, packages.ATTESTATIONS[place - 1]
        )
        for place, number in ((2, 3), (3, 2))
    }
    return example(bodies=bodies)


@found("workflow", "directory-name")
def a_step_under_another_name(given: Example) -> Tampered:
    renamed = moved(given, "data/command-logs/", "data/audit/")
    return moved(renamed, "proof/command-logs.", "proof/audit.").rebagged()


@found("workflow", "root-name")
def the_root_renamed(given: Example) -> Tampered:
    parts = {name.replace("run-1/", "run-2/", 1): data for name, data in given.parts.items()}
    return replace(given, parts=parts, root="run-2")


@found("workflow", "other-log")
def the_log_of_another_organization(given: Example) -> Tampered:
    return example(origin="trails.example.com/other")

"""Harm to `proof/`: statements that are missing, too many or of another form."""

import json

from evidence.package import proofs
from tests import packages
from tests.packages import Example, example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import after, log_says, opening_body, restated, swapped


@found("statements", "no-proof", verdict="unproven")
def everything_about_proofs_removed(given: Example) -> Tampered:
    return example(with_proofs=False)


@found("statements", "statement-missing")
def a_statement_removed(given: Example) -> Tampered:
    return given.having({"proof/command-logs.json": None}).rebagged()


@found("statements", "statement-missing")
def the_statement_of_the_workflow_removed(given: Example) -> Tampered:
    return given.having({"proof/workflow.json": None}).rebagged()


@found("statements", "proof-missing")
def a_proof_removed(given: Example) -> Tampered:
    return given.having({"proof/command-logs.tlog-proof": None}).rebagged()


@found("statements", "proof-missing")
def the_checkpoint_removed(given: Example) -> Tampered:
    return given.having({proofs.CHECKPOINT: None}).rebagged()


@found("statements", "proof-extra")
def a_statement_and_a_proof_added(given: Example) -> Tampered:
    last = "proof/_CON.tlog-proof"
    added = after(given, "proof/more.json", given.get("proof/_CON.json"), last)
    return after(added, "proof/more.tlog-proof", given.get(last), "proof/more.json").rebagged()


@found("statements", "statement-missing")
def a_directory_added_to_data(given: Example) -> Tampered:
    return given.having({"data/more/": b"", "data/more/x": b"no"}).rebagged()


@found("statements", "file-order")
def two_proofs_swapped(given: Example) -> Tampered:
    return swapped(given, "proof/command-logs.json", "proof/many.json").rebagged()


@found("statements", "statement-form")
def a_statement_in_other_bytes(given: Example) -> Tampered:
    return restated(given, "proof/command-logs.json", b'"number":2', b'"number": 2')


@found("statements", "statement-form")
def a_statement_with_a_key_twice(given: Example) -> Tampered:
    return restated(given, "proof/command-logs.json", b'"number":2', b'"number":1,"number":2')


@found("statements", "statement-form")
def a_statement_with_a_fraction(given: Example) -> Tampered:
    return restated(given, "proof/command-logs.json", b'"number":2', b'"number":2.0')


@found("statements", "statement-form")
def a_statement_with_a_huge_number(given: Example) -> Tampered:
    return restated(given, "proof/command-logs.json", b'"number":2', b'"number":9007199254740992')


@found("statements", "statement-form")
def a_statement_that_is_not_composed(given: Example) -> Tampered:
    name = "proof/command-logs.json"
    return restated(given, name, "Läuft".encode(), "La\u0308uft".encode())


@found("statements", "statement-form")
def a_statement_that_is_not_text(given: Example) -> Tampered:
    return given.having({"proof/command-logs.json": b"\xff\xfe"}).rebagged()


@found("statements", "statement-form")
def a_statement_of_deep_brackets(given: Example) -> Tampered:
    return given.having({"proof/command-logs.json": b"[" * 60_000}).rebagged()


@found("statements", "statement-form")
def a_statement_that_is_too_long(given: Example) -> Tampered:
    return given.having({"proof/command-logs.json": b" " * 65_536}).rebagged()


@found("statements", "statement-form")
def a_statement_of_another_kind(given: Example) -> Tampered:
    return given.having({"proof/command-logs.json": given.get("proof/workflow.json")}).rebagged()


@found("statements", "statement-form")
def a_signed_statement_with_one_more_field(given: Example) -> Tampered:
    return log_says(2, colour="blue")


@found("statements", "statement-form")
def a_signed_statement_with_another_time(given: Example) -> Tampered:
    return log_says(2, at="2026-11-24 04:05:40")


@found("statements", "statement-form")
def a_signed_verdict_that_is_a_number(given: Example) -> Tampered:
    return log_says(2, is_compliant=1)


@found("statements", "statement-form")
def a_signed_size_with_a_leading_zero(given: Example) -> Tampered:
    evidence = json.loads(packages.evidence_list(packages.ATTESTATIONS[1].files))
    evidence[1]["annotations"]["size"] = "00"
    return log_says(2, evidence=evidence)


@found("statements", "statement-form")
def a_signed_workflow_without_its_version(given: Example) -> Tampered:
    return example(workflow_body=opening_body(trail_version=None))


@found("statements", "statement-form")
def a_signed_step_that_is_too_long(given: Example) -> Tampered:
    return log_says(2, step="command-logs" + "s" * 400)

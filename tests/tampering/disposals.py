"""Harm to what a package says of disposed evidence: an excuse for a file that is missing.

The bags are made to fit, and mostly the log has signed: the server itself may be who hides a file.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from evidence.ledger import statement
from evidence.package import proofs
from tests import packages
from tests.packages import ATTESTATIONS, DISPOSALS, Disposal, Example, example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import LATER_LOG, after, moved, opening_body, swapped

SUBJECT = "acme/prod-server-access/run-1"
FIRST, SECOND, LAST = "proof/_disposal.1", "proof/_disposal.2", "proof/_disposal.4"


def _bodies() -> list[bytes]:
    return packages.disposal_statements(SUBJECT, opening_body(), ATTESTATIONS, DISPOSALS)


def _signed(bodies: list[bytes], disposals: tuple[Disposal, ...] = DISPOSALS) -> Example:
    """Return a package whose log holds and proves these statements of disposals."""
    return example(disposals=disposals, disposal_bodies=bodies)


def _said(place: int, change: Callable[[dict[str, Any]], Any]) -> Example:
    """Return a package whose log holds a statement that was changed before it was signed."""
    bodies = _bodies()
    value = json.loads(bodies[place - 1])
    change(value)
    bodies[place - 1] = statement.canonical(value)
    return _signed(bodies)


def _detail(place: int, **changes: Any) -> Example:
    return _said(place, lambda value: value["predicate"]["details"].update(changes))


def _without(given: Example, *names: str) -> Example:
    """Take statements of disposals and their proofs away, and make the bag fit."""
    suffixes = (proofs.STATEMENT_SUFFIX, proofs.PROOF_SUFFIX)
    gone = dict.fromkeys(f"{name}{suffix}" for name in names for suffix in suffixes)
    return given.having(gone).rebagged()


@found("", "", verdict="verified")
def evidence_disposed_of(_: Example) -> Tampered:
    # No harm: what a server packs after two disposals. The report says what is absent.
    return example(disposals=DISPOSALS)


@found("", "", verdict="verified")
def disposed_evidence_put_back(_: Example) -> Tampered:
    # Whoever kept the bytes may show them: they are what was attested.
    given = example(disposals=DISPOSALS)
    log = example().get(LATER_LOG)
    return after(given, LATER_LOG, log, "data/user-identity.2/").rebagged()


@found("evidence", "evidence-altered")
def other_evidence_put_in_the_place_of_disposed(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    return after(given, LATER_LOG, b"$ whoami\nroot\n", "data/user-identity.2/").rebagged()


@found("evidence", "evidence-missing")
def evidence_left_out_beside_a_disposal(_: Example) -> Tampered:
    # The first disposal is about attestations 1 and 2 alone.
    given = example(disposals=DISPOSALS[:1])
    return given.having({LATER_LOG: None}).rebagged()


@found("evidence", "evidence-missing")
def disposals_dropped(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    return _without(given, *(f"proof/_disposal.{n}" for n in range(1, 5)))


@found("evidence", "evidence-missing")
def the_list_of_evidence_disposed_of(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    return given.having({"data/many/evidence-list.json": None}).rebagged()


@found("evidence", "evidence-missing")
def user_data_disposed_of(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    return given.having({"data/user-identity/user-data.json": None}).rebagged()


@found("evidence", "disposal-parts")
def the_last_part_of_a_disposal_dropped(_: Example) -> Tampered:
    return _without(example(disposals=DISPOSALS), LAST)


@found("evidence", "disposal-parts")
def a_part_between_dropped_and_the_rest_renamed(_: Example) -> Tampered:
    given = _without(example(disposals=DISPOSALS), "proof/_disposal.3")
    return moved(given, f"{LAST}.", "proof/_disposal.3.").rebagged()


@found("statements", "proof-extra")
def a_part_between_dropped(_: Example) -> Tampered:
    return _without(example(disposals=DISPOSALS), "proof/_disposal.3")


@found("evidence", "disposal-parts")
def all_but_one_part_dropped(_: Example) -> Tampered:
    return _signed(_bodies()[1:2])


@found("evidence", "disposal-parts")
def two_parts_of_a_disposal_swapped(_: Example) -> Tampered:
    one, two, three, four = _bodies()
    return _signed([one, three, two, four])


@found("evidence", "disposal-parts")
def statements_of_two_parts_swapped_with_their_proofs(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    changes: dict[str, bytes | None] = {}
    for suffix in (proofs.STATEMENT_SUFFIX, proofs.PROOF_SUFFIX):
        changes[SECOND + suffix], changes[LAST + suffix] = (
            given.get(LAST + suffix),
            given.get(SECOND + suffix),
        )
    return given.having(changes).rebagged()


@found("statements", "file-order")
def files_of_two_disposals_swapped(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    return swapped(given, f"{FIRST}.json", f"{SECOND}.json").rebagged()


@found("evidence", "disposal-parts")
def parts_of_two_disposals_mixed(_: Example) -> Tampered:
    return _detail(3, reason="Another reason.")


@found("evidence", "disposal-parts")
def parts_of_two_moments_mixed(_: Example) -> Tampered:
    later = "2026-11-25T04:05:40.123456Z"
    return _said(4, lambda value: value["predicate"].update(at=later))


@found("evidence", "disposal-parts")
def a_disposal_shown_twice(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS[:1])
    last = f"{FIRST}.tlog-proof"
    shown = after(given, f"{SECOND}.json", given.get(f"{FIRST}.json"), last)
    return after(shown, f"{SECOND}.tlog-proof", given.get(last), f"{SECOND}.json").rebagged()


@found("evidence", "disposal-parts")
def a_disposal_that_names_a_file_twice(_: Example) -> Tampered:
    digests = json.loads(_bodies()[0])["predicate"]["details"]["digests"]
    return _detail(1, digests=[*digests, digests[0]])


@found("evidence", "disposal-extra")
def a_disposal_of_a_file_that_nobody_attested(_: Example) -> Tampered:
    digests = json.loads(_bodies()[0])["predicate"]["details"]["digests"]
    return _detail(1, digests=[*digests, "0" * 64])


@found("evidence", "evidence-missing")
def a_disposal_that_names_a_file_less(_: Example) -> Tampered:
    digests = json.loads(_bodies()[0])["predicate"]["details"]["digests"]
    return _detail(1, digests=digests[1:])


@found("evidence", "evidence-missing")
def a_disposal_up_to_an_earlier_attestation(_: Example) -> Tampered:
    return _detail(1, up_to=1)


@found("inclusion", "not-included")
def a_disposal_that_is_not_in_the_log(given: Example) -> Tampered:
    # Somebody removes a file from an honest package, and writes the excuse for it.
    details = {"reason": "Retention has ended.", "up_to": 4, "part": 1, "parts": 1}
    details["digests"] = [statement.sha256(given.get(LATER_LOG))]
    forged = packages.disposal_statement(SUBJECT, opening_body(), details)
    last = "proof/_CON.tlog-proof"
    added = after(given, f"{FIRST}.json", forged, last)
    added = after(added, f"{FIRST}.tlog-proof", given.get(last), f"{FIRST}.json")
    return added.having({LATER_LOG: None}).rebagged()


@found("inclusion", "not-included")
def a_reason_altered(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    name = f"{FIRST}.json"
    body = given.get(name).replace(b"Retention has ended.", b"A fire.")
    return given.having({name: body}).rebagged()


@found("statements", "proof-missing")
def the_proof_of_a_disposal_removed(_: Example) -> Tampered:
    return example(disposals=DISPOSALS).having({f"{FIRST}.tlog-proof": None}).rebagged()


@found("statements", "proof-extra")
def the_statement_of_the_last_part_removed(_: Example) -> Tampered:
    return example(disposals=DISPOSALS).having({f"{LAST}.json": None}).rebagged()


@found("workflow", "other-workflow")
def a_disposal_of_another_workflow(_: Example) -> Tampered:
    bodies = packages.disposal_statements(f"{SUBJECT}0", opening_body(), ATTESTATIONS, DISPOSALS)
    return _signed(bodies)


@found("workflow", "other-workflow")
def a_disposal_of_an_earlier_workflow_of_the_same_name(_: Example) -> Tampered:
    opening = opening_body(description="an earlier one")
    return _signed(packages.disposal_statements(SUBJECT, opening, ATTESTATIONS, DISPOSALS))


@found("workflow", "number-gap")
def attestations_left_out_after_they_were_disposed_of(_: Example) -> Tampered:
    given = example(disposals=(Disposal(6),))
    gone = ("data/_CON/", "proof/_CON.")
    parts = {
        name: data
        for name, data in given.parts.items()
        if not name.startswith(tuple(given.path(path) for path in gone))
    }
    return replace(given, parts=parts).rebagged()


@found("statements", "statement-form")
def another_act_as_the_excuse(_: Example) -> Tampered:
    return _said(1, lambda value: value["predicate"].update(verb="hold-released"))


@found("statements", "statement-form")
def a_disposal_with_one_more_field(_: Example) -> Tampered:
    return _detail(1, colour="blue")


@found("statements", "statement-form")
def a_disposal_without_its_reason(_: Example) -> Tampered:
    return _said(1, lambda value: value["predicate"]["details"].pop("reason"))


@found("statements", "statement-form")
def a_part_beyond_the_last(_: Example) -> Tampered:
    return _detail(1, part=2)


@found("statements", "statement-form")
def a_digest_of_a_disposal_that_is_none(_: Example) -> Tampered:
    return _detail(1, digests=["0" * 63])


@found("statements", "statement-form")
def a_number_of_a_disposal_that_is_a_truth(_: Example) -> Tampered:
    return _detail(1, up_to=True)


@found("statements", "statement-form")
def an_attestation_as_the_excuse(_: Example) -> Tampered:
    given = example(disposals=DISPOSALS)
    return given.having({f"{FIRST}.json": given.get("proof/_CON.json")}).rebagged()

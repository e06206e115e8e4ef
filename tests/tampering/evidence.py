"""Harm to the evidence, by somebody who then makes the bag fit."""

from evidence.ledger import statement
from tests import packages
from tests.packages import Example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import LATER_LOG, LOG, after, changed, log_says, moved, swapped


@found("evidence", "evidence-altered")
def evidence_altered_and_the_manifest_fixed(given: Example) -> Tampered:
    return given.having({LOG: changed(given.get(LOG))}).rebagged()


@found("evidence", "evidence-missing")
def evidence_removed_and_the_manifest_fixed(given: Example) -> Tampered:
    return given.having({LOG: None}).rebagged()


@found("evidence", "evidence-extra")
def evidence_added_and_the_manifest_fixed(given: Example) -> Tampered:
    return after(given, "data/user-identity/more.log", b"no", LOG).rebagged()


@found("evidence", "evidence-missing")
def evidence_moved_to_another_attestation(given: Example) -> Tampered:
    moved = given.having({"data/command-logs/empty": None})
    return after(moved, "data/user-identity/empty", b"", LOG).rebagged()


@found("evidence", "evidence-altered")
def evidence_of_two_attestations_swapped(given: Example) -> Tampered:
    return given.having({LOG: given.get(LATER_LOG), LATER_LOG: given.get(LOG)}).rebagged()


@found("evidence", "evidence-missing")
def evidence_under_another_name(given: Example) -> Tampered:
    return moved(given, LOG, "data/user-identity/other.log").rebagged()


@found("evidence", "file-order")
def evidence_in_another_order(given: Example) -> Tampered:
    return swapped(given, LOG, "data/user-identity/user-data.json").rebagged()


@found("evidence", "evidence-missing")
def user_data_removed(given: Example) -> Tampered:
    return given.having({"data/user-identity/user-data.json": None}).rebagged()


@found("evidence", "evidence-altered")
def user_data_altered(given: Example) -> Tampered:
    return given.having({"data/user-identity/user-data.json": b"{}"}).rebagged()


@found("evidence", "evidence-extra")
def user_data_added(given: Example) -> Tampered:
    name, last = "data/command-logs/user-data.json", "data/command-logs/empty"
    return after(given, name, b"{}", last).rebagged()


@found("evidence", "evidence-altered")
def a_link_altered(given: Example) -> Tampered:
    name = "data/user-identity.2/external.txt"
    return given.having({name: given.get(name).replace(b"bucket", b"packet")}).rebagged()


@found("evidence", "evidence-altered")
def the_list_of_evidence_altered(given: Example) -> Tampered:
    name = "data/many/evidence-list.json"
    return given.having({name: given.get(name).replace(b"039.bin", b"03X.bin")}).rebagged()


@found("evidence", "evidence-missing")
def the_list_of_evidence_removed(given: Example) -> Tampered:
    return given.having({"data/many/evidence-list.json": None}).rebagged()


@found("evidence", "evidence-altered")
def a_file_of_the_list_altered(given: Example) -> Tampered:
    return given.having({"data/many/007.bin": b"1234567"}).rebagged()


def _with_list(listing: bytes) -> Example:
    """Return a package whose log proves a statement with this list of evidence."""
    digest, kind = statement.sha256(listing), statement.EVIDENCE_LIST_MEDIA_TYPE
    name = statement.EVIDENCE_LIST_NAME
    one = statement.descriptor(name, digest, len(listing), kind)
    return log_says(5, evidence=[one]).having({f"data/many/{name}": listing}).rebagged()


@found("evidence", "list-form")
def a_signed_list_in_other_bytes(given: Example) -> Tampered:
    return _with_list(given.get("data/many/evidence-list.json") + b"\n")


@found("evidence", "list-form")
def a_signed_list_that_is_an_object(given: Example) -> Tampered:
    return _with_list(b"{}")


@found("evidence", "list-form")
def a_signed_list_with_a_name_twice(given: Example) -> Tampered:
    return _with_list(packages.evidence_list([("a", b"1"), ("a", b"2")]))


@found("evidence", "list-form")
def a_signed_list_that_lists_itself(given: Example) -> Tampered:
    return _with_list(packages.evidence_list([("evidence-list.json", b"1")]))


@found("evidence", "list-form")
def a_signed_list_with_many_marks_in_another_order(given: Example) -> Tampered:
    """To put as many in their order would take a verifier minutes."""
    listing = packages.evidence_list([("a", b"1")]).decode()
    marks = "\u0315\u0316" * 250_000
    return _with_list(listing.replace('"name":"a"', f'"name":"a{marks}"').encode())

"""Harm to proofs and checkpoint, by somebody who then makes the bag fit."""

from collections.abc import Callable
from dataclasses import replace

from evidence.ledger import note, statement
from evidence.ledger.note import Note
from evidence.package import proofs
from tests.packages import Example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import LOG, after, checkpointed, restated


@found("inclusion", "not-included")
def everything_fixed_but_the_log(given: Example) -> Tampered:
    evil = b"$ whoami\r\nzoot\r\n"
    name, body = "proof/user-identity.json", given.get("proof/user-identity.json")
    old = statement.sha256(given.get(LOG)).encode()
    changed = body.replace(old, statement.sha256(evil).encode())
    return given.having({LOG: evil, name: changed}).rebagged()


@found("inclusion", "not-included")
def a_verdict_turned_around(given: Example) -> Tampered:
    name = "proof/user-identity.2.json"
    return restated(given, name, b'"is_compliant":false', b'"is_compliant":true')


PROOF = "proof/command-logs.tlog-proof"


def _proof_changed(given: Example, change: Callable[[list[bytes]], list[bytes]]) -> Example:
    head, blank, checkpoint = given.get(PROOF).partition(b"\n\n")
    lines = change(head.split(b"\n"))
    return given.having({PROOF: b"\n".join(lines) + blank + checkpoint}).rebagged()


@found("inclusion", "not-included")
def another_index(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [lines[0], b"index 4", *lines[2:]])


@found("inclusion", "not-included")
def an_index_beyond_the_log(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [lines[0], b"index 4000", *lines[2:]])


@found("inclusion", "proof-form")
def an_index_with_a_leading_zero(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [lines[0], b"index 05", *lines[2:]])


@found("inclusion", "not-included")
def another_hash_in_a_proof(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [*lines[:2], lines[3], *lines[3:]])


@found("inclusion", "not-included")
def a_hash_removed_from_a_proof(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: lines[:-1])


@found("inclusion", "not-included")
def a_hash_added_to_a_proof(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [*lines, lines[-1]])


@found("inclusion", "proof-form")
def a_hash_that_is_too_short(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [*lines[:-1], b"AAAA"])


@found("inclusion", "proof-form")
def a_proof_of_another_format(given: Example) -> Tampered:
    return _proof_changed(given, lambda lines: [b"c2sp.org/tlog-proof@v2", *lines[1:]])


@found("inclusion", "other-checkpoint")
def another_checkpoint_in_one_proof(given: Example) -> Tampered:
    given.log.bodies.append(b"even later")
    old = given.get(proofs.CHECKPOINT)
    changed = given.get(PROOF).removesuffix(old) + given.log.checkpoint()
    return given.having({PROOF: changed}).rebagged()


@found("inclusion", "checkpoint-form")
def a_checkpoint_that_is_no_note(given: Example) -> Tampered:
    return checkpointed(given, b"trails.example.com/acme\n16\n")


@found("inclusion", "checkpoint-form")
def a_checkpoint_without_its_root(given: Example) -> Tampered:
    text = "trails.example.com/acme\n16\n"
    return checkpointed(given, given.log.signed(text))


def _text_changed(given: Example, line: int, new: str) -> Example:
    """Change a line of the checkpoint's text and leave its signatures as they are."""
    signed = note.parse(given.get(proofs.CHECKPOINT))
    lines = signed.text.split("\n")
    lines[line] = new
    return checkpointed(given, bytes(Note("\n".join(lines), signed.signatures)))


@found("inclusion", "not-included")
def another_root(given: Example) -> Tampered:
    return _text_changed(given, 2, "A" * 43 + "=")


@found("inclusion", "not-included")
def another_size(given: Example) -> Tampered:
    return _text_changed(given, 1, "150")


@found("inclusion", "index-twice")
def an_attestation_shown_twice(given: Example) -> Tampered:
    # Directory, statement and proof of the first stand in the place of the fourth as well.
    fourth = [n for n in given.parts if n.startswith(given.path("data/user-identity.2/"))][1:]
    parts = {name: data for name, data in given.parts.items() if name not in fourth}
    shown = replace(given, parts=parts)
    for suffix in (proofs.STATEMENT_SUFFIX, proofs.PROOF_SUFFIX):
        first = given.get(f"proof/user-identity{suffix}")
        shown = shown.having({f"proof/user-identity.2{suffix}": first})
    before = "data/user-identity.2/"
    for name in ("session.log", "Freigabe für Jörg (2).eml", "user-data.json"):
        file = f"data/user-identity.2/{name}"
        shown = after(shown, file, given.get(f"data/user-identity/{name}"), before)
        before = file
    return shown.rebagged()

"""Harm to the signatures under a checkpoint: the log's, and those of its witnesses."""

from evidence.ledger import note
from evidence.ledger.note import Note
from evidence.package import proofs
from tests import packages
from tests.packages import Example, example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import changed, checkpointed, signatures_changed

ORIGIN = f"{packages.HOST}/acme"
ATTACKER = packages.signing_key(ORIGIN, seed="attacker")
STRANGER = packages.signing_key(f"{packages.HOST}/other")


@found("checkpoint", "no-key", verdict="unproven", keys=[])
def no_key_brought(given: Example) -> Tampered:
    return given


@found("checkpoint", "signature-invalid")
def a_signature_altered(given: Example) -> Tampered:
    return signatures_changed(given, 0, changed)


@found("checkpoint", "signature-invalid")
def a_signature_cut_short(given: Example) -> Tampered:
    return signatures_changed(given, 0, lambda data: data[:-1])


@found("checkpoint", "key-unknown")
def everything_signed_anew_by_an_attacker(given: Example) -> Tampered:
    return example(key=ATTACKER)


@found("checkpoint", "signature-invalid")
def everything_signed_anew_under_the_id_of_the_key(given: Example) -> Tampered:
    forged = example(key=ATTACKER)
    honest = note.Key.parse(given.vkey)
    signed = note.parse(forged.get(proofs.CHECKPOINT))
    first = signed.signatures[0]._replace(key_id=honest.id)
    return checkpointed(forged, bytes(Note(signed.text, [first, *signed.signatures[1:]])))


@found("checkpoint", "key-unknown")
def the_signature_removed(given: Example) -> Tampered:
    signed = note.parse(given.get(proofs.CHECKPOINT))
    return checkpointed(given, bytes(Note(signed.text, signed.signatures[1:])))


@found("checkpoint", "key-unknown", keys=[ATTACKER.key.vkey])
def another_key_trusted(given: Example) -> Tampered:
    return given


@found("checkpoint", "key-unknown", keys=[STRANGER.key.vkey])
def signed_by_the_trusted_key_of_another_log(given: Example) -> Tampered:
    return example(key=STRANGER, origin=ORIGIN)


@found("", "", verdict="verified")
def the_key_in_the_package_swapped(given: Example) -> Tampered:
    # It proves nothing, so it harms nothing; a note of the report says that it is another one.
    return given.having({proofs.KEY: f"{ATTACKER.key.vkey}\n".encode()}).rebagged()


@found("", "", verdict="verified", keys=[ATTACKER.key.vkey, example().vkey])
def an_old_key_trusted_as_well(given: Example) -> Tampered:
    return given


@found("checkpoint", "signature-invalid")
def another_size_where_every_proof_still_holds(given: Example) -> Tampered:
    # The tree of the workflow's first record alone: signed by nobody.
    lone = example(attestations=[])
    signed = note.parse(lone.get(proofs.CHECKPOINT))
    text = signed.text.replace(f"\n{len(lone.log.bodies)}\n", f"\n{len(lone.log.bodies) + 1}\n")
    return checkpointed(lone, bytes(Note(text, signed.signatures)))


@found("", "", verdict="verified", with_policy=True)
def nothing_and_the_witnesses_agree(given: Example) -> Tampered:
    return given


@found("witnesses", "cosignature-invalid", with_policy=True)
def a_cosignature_altered(given: Example) -> Tampered:
    return signatures_changed(given, 1, lambda data: data[:-1] + changed(data[-1:]))


@found("witnesses", "cosignature-invalid", with_policy=True)
def a_cosignature_with_another_time(given: Example) -> Tampered:
    return signatures_changed(given, 2, lambda data: b"\x00" + data[1:7] + b"\x00" + data[8:])


@found("witnesses", "quorum", with_policy=True)
def a_witness_missing(given: Example) -> Tampered:
    return example(witnesses=[packages.witness(1)])


@found("witnesses", "quorum", with_policy=True)
def a_cosignature_of_a_stranger(given: Example) -> Tampered:
    return example(witnesses=[packages.witness(1), packages.witness(3)])


@found("", "", verdict="verified")
def a_cosignature_altered_and_nobody_asks(given: Example) -> Tampered:
    # Without a policy nobody says which witnesses count: unknown signatures are ignored.
    return signatures_changed(given, 1, lambda data: data[:-1] + changed(data[-1:]))

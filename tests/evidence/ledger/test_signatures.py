"""A note counts only with a valid signature of a key that the reader brought."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.errors import BadNote
from evidence.ledger import note
from evidence.ledger.note import Algorithm, Key, Note, Signature, SigningKey

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
FOREIGN: list[dict[str, Any]] = json.loads(
    (VECTORS / "foreign-notes.json").read_text(encoding="utf-8")
)
PETER = FOREIGN[0]
NOTE = PETER["note"].encode()
TEXT, _, LINES = PETER["note"].partition("\n\n")
TEXT += "\n"
LINE, ENOCHS_LINE = LINES.splitlines(keepends=True)
ENCODED = LINE.split(" ")[2].strip()
peter, enoch = (Key.parse(vkey) for vkey in PETER["vkeys"])


def signer(name: str, seed: int) -> SigningKey:
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda foreign: str(foreign["name"]))
def test_notes_of_other_implementations_are_read_and_their_signatures_valid(
    foreign: dict[str, Any],
) -> None:
    found = note.parse(foreign["note"].encode())
    keys = [Key.parse(vkey) for vkey in foreign["vkeys"]]
    assert [key for key, _ in note.verify(found, keys)] == keys
    for key in keys:
        [(verified, _)] = note.verify(found, [key])
        assert verified == key
    assert bytes(found) == foreign["note"].encode()


def test_the_same_key_and_text_give_the_signature_of_another_implementation() -> None:
    key = SigningKey(
        "PeterNeumann", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(PETER["seed"]))
    )
    assert key.key == peter
    assert key.sign(TEXT).line == LINE
    assert bytes(Note(TEXT, [key.sign(TEXT)])).decode() == f"{TEXT}\n{LINE}"


def test_a_signature_of_an_unknown_key_is_ignored() -> None:
    [(key, signature)] = note.verify(note.parse(NOTE), [enoch])
    assert (key, signature.line) == (enoch, ENOCHS_LINE)


def test_a_note_that_nobody_known_signed_is_refused() -> None:
    with pytest.raises(BadNote, match=r"not signed by any key that was asked for \(key\)"):
        note.verify(note.parse(NOTE), [signer("key", 1).key])
    with pytest.raises(BadNote, match="nobody"):
        note.verify(note.parse(NOTE), [])


def test_one_bad_signature_of_a_known_key_spoils_the_note() -> None:
    bad = Signature(enoch.name, enoch.id, bytes(64))
    found = note.parse(f"{TEXT}\n{LINE}{bad.line}".encode())
    assert note.verify(found, [peter])
    with pytest.raises(BadNote, match="The signature of EnochRoot is not valid"):
        note.verify(found, [peter, enoch])
    # Nor does a good one of the same key, before or after it, make up for it.
    for lines in (ENOCHS_LINE + bad.line, bad.line + ENOCHS_LINE):
        with pytest.raises(BadNote, match="not valid"):
            note.verify(note.parse(f"{TEXT}\n{lines}".encode()), [enoch])


@pytest.mark.parametrize("length", [1, 63, 65, 72, 128])
def test_a_signature_of_another_length_is_not_valid(length: int) -> None:
    true = base64.b64decode(ENCODED)[4:]
    line = Signature(peter.name, peter.id, (true * 2)[:length]).line
    with pytest.raises(BadNote, match="not valid"):
        note.verify(note.parse(f"{TEXT}\n{line}".encode()), [peter])


def test_a_signature_counts_once_however_often_it_stands_there() -> None:
    found = note.parse(f"{TEXT}\n{LINE}{ENOCHS_LINE}{LINE}".encode())
    assert [key for key, _ in note.verify(found, [peter, enoch, peter])] == [peter, enoch]


def test_of_two_cosignatures_of_one_witness_the_first_counts() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    witness = SigningKey("w", private, Algorithm.COSIGNATURE)
    times = (2, 1, 3)
    found = Note(TEXT, [witness.sign(TEXT, time=time) for time in times])
    [(_, signature)] = note.verify(found, [witness.key])
    assert signature.time == 2


def test_a_signature_under_the_same_name_with_another_id_is_of_an_unknown_key() -> None:
    other = Signature(peter.name, bytes(4), bytes(64))
    found = note.parse(f"{TEXT}\n{other.line}{LINE}".encode())
    [(_, signature)] = note.verify(found, [peter])
    assert signature.line == LINE
    with pytest.raises(BadNote, match="not signed by any key"):
        note.verify(note.parse(f"{TEXT}\n{other.line}".encode()), [peter])


def test_a_signature_with_the_same_id_under_another_name_is_of_an_unknown_key() -> None:
    other = Signature("CarmenSandiego", peter.id, base64.b64decode(ENCODED)[4:])
    with pytest.raises(BadNote, match="not signed by any key"):
        note.verify(note.parse(f"{TEXT}\n{other.line}".encode()), [peter])


def test_a_key_whose_id_collides_gains_nothing_but_a_refusal() -> None:
    # Ids have 32 bits. It took two seconds to find these two keys of the same name and id.
    one, two = (
        SigningKey("a", Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big")))
        for number in (77213, 80252)
    )
    assert (one.key.name, one.key.id) == (two.key.name, two.key.id)
    assert one.key.public != two.key.public
    signed = note.parse(bytes(Note(TEXT, [two.sign(TEXT)])))
    assert note.verify(signed, [two.key])
    with pytest.raises(BadNote, match="not valid"):
        note.verify(signed, [one.key])
    with pytest.raises(BadNote, match="not valid"):
        note.verify(signed, [one.key, two.key])


def test_a_changed_signature_that_means_the_same_is_not_valid() -> None:
    # RFC 8032 §5.1.7: S is below the order of the group. S + L would be a second signature.
    order = (1 << 252) + 27742317777372353535851937790883648493
    true = base64.b64decode(ENCODED)[4:]
    higher = int.from_bytes(true[32:], "little") + order
    twin = Signature(peter.name, peter.id, true[:32] + higher.to_bytes(32, "little"))
    with pytest.raises(BadNote, match="not valid"):
        note.verify(note.parse(f"{TEXT}\n{twin.line}".encode()), [peter])


def test_a_plain_key_does_not_sign_for_a_witness_nor_a_witness_for_it() -> None:
    seed = Ed25519PrivateKey.from_private_bytes(bytes(32))
    plain, witness = (SigningKey("both", seed, algorithm) for algorithm in Algorithm)
    assert plain.key.id != witness.key.id
    by_plain = note.parse(bytes(Note(TEXT, [plain.sign(TEXT)])))
    with pytest.raises(BadNote, match="not signed by any key"):
        note.verify(by_plain, [witness.key])
    # Even where the id is forged, what is signed differs.
    for key, signature in ((plain, witness.sign(TEXT)), (witness, plain.sign(TEXT))):
        forged = Signature("both", key.key.id, signature.data)
        with pytest.raises(BadNote, match="not valid"):
            note.verify(Note(TEXT, [forged]), [key.key])

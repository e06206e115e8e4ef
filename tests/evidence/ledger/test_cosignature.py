"""A witness signs a checkpoint and the time when it saw it (C2SP tlog-cosignature)."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadNote
from evidence.ledger import checkpoint, note
from evidence.ledger.note import Algorithm, Key, Note, Signature, SigningKey

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
GOLDEN: dict[str, Any] = json.loads((VECTORS / "golden.json").read_text(encoding="utf-8"))
ARCHE: dict[str, Any] = json.loads((VECTORS / "foreign-notes.json").read_text(encoding="utf-8"))[2]
WITNESS = SigningKey(
    GOLDEN["witness_name"],
    Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["witness_seed"])),
    Algorithm.COSIGNATURE,
)
LOG = Key.parse(GOLDEN["log_vkey"])
TEXT: str = GOLDEN["checkpoint_text"]
TIME: int = GOLDEN["cosignature_time"]


def test_a_text_and_a_time_have_their_frozen_cosignature() -> None:
    assert note.cosigned(TEXT, TIME).decode() == GOLDEN["cosigned_message"]
    assert WITNESS.sign(TEXT, time=TIME).line == GOLDEN["cosignature"]


def test_the_message_is_that_of_the_standards_example() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert note.cosigned(text, 1679315147).decode() == f"cosignature/v1\ntime 1679315147\n{text}"


def test_the_frozen_cosignature_is_valid_and_tells_its_time() -> None:
    _, _, verified = checkpoint.opened(
        GOLDEN["cosigned_checkpoint"].encode(), [LOG, Key.parse(GOLDEN["witness_vkey"])]
    )
    assert [key for key, _ in verified] == [LOG, WITNESS.key]
    assert verified[1][1].time == TIME


@pytest.mark.parametrize("vkey", ARCHE["vkeys"][1:])
def test_cosignatures_of_witnesses_of_the_public_network_are_valid(vkey: str) -> None:
    # Made by four other implementations and operators, over a checkpoint with 1,432,088,532 leaves.
    key = Key.parse(vkey)
    said, _, [(verified, signature)] = checkpoint.opened(ARCHE["note"].encode(), [key])
    assert verified == key
    assert said.size == 1_432_088_532
    assert signature.time == 1_779_573_024  # 2026-05-23 21:50:24 UTC
    with pytest.raises(BadNote, match="not valid"):
        checkpoint.opened(ARCHE["note"].replace("1432088532", "1432088533", 1).encode(), [key])


@given(st.integers(0, 72 * 8 - 1))
def test_a_changed_bit_of_time_or_signature_is_not_valid(bit: int) -> None:
    data = bytearray(WITNESS.sign(TEXT, time=TIME).data)
    data[bit // 8] ^= 1 << bit % 8
    changed = Signature(WITNESS.key.name, WITNESS.key.id, bytes(data))
    with pytest.raises(BadNote, match="not valid"):
        WITNESS.key.check(TEXT, changed)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 64, 71, 73, 144])
def test_a_cosignature_of_another_length_is_not_valid(length: int) -> None:
    data = (WITNESS.sign(TEXT, time=TIME).data * 2)[:length]
    with pytest.raises(BadNote, match="not valid"):
        WITNESS.key.check(TEXT, Signature(WITNESS.key.name, WITNESS.key.id, data))


def test_a_time_past_the_limit_is_not_valid_even_when_it_is_signed() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["witness_seed"]))
    for time, valid in ((0, True), ((1 << 63) - 1, True), (1 << 63, False), ((1 << 64) - 1, False)):
        data = time.to_bytes(8, "big") + private.sign(note.cosigned(TEXT, time))
        signature = Signature(WITNESS.key.name, WITNESS.key.id, data)
        if valid:
            WITNESS.key.check(TEXT, signature)
        else:
            with pytest.raises(BadNote, match="not valid"):
                WITNESS.key.check(TEXT, signature)


@pytest.mark.parametrize("time", [-1, 1 << 63, 1 << 64])
def test_no_cosignature_is_made_with_such_a_time(time: int) -> None:
    with pytest.raises(BadNote, match="not a time"):
        WITNESS.sign(TEXT, time=time)


def test_a_cosignature_covers_the_lines_of_extension() -> None:
    text = f"{TEXT}extension\n"
    signed = Note(text, [WITNESS.sign(text, time=TIME)])
    assert note.verify(signed, [WITNESS.key])
    with pytest.raises(BadNote, match="not valid"):
        note.verify(Note(TEXT, signed.signatures), [WITNESS.key])


def test_a_witness_alone_makes_a_checkpoint_readable_but_says_who_signed() -> None:
    # Whoever wants the log's word has to look for the log's key in what is returned.
    alone = bytes(Note(TEXT, [WITNESS.sign(TEXT, time=TIME)]))
    _, _, [(key, _)] = checkpoint.opened(alone, [LOG, WITNESS.key])
    assert key == WITNESS.key
    with pytest.raises(BadNote, match="not signed by any key"):
        checkpoint.opened(alone, [LOG])


def test_a_broken_cosignature_spoils_the_checkpoint_for_those_who_know_the_witness() -> None:
    broken = Signature(WITNESS.key.name, WITNESS.key.id, bytes(72))
    data = GOLDEN["checkpoint"].encode() + broken.line.encode()
    assert checkpoint.opened(data, [LOG])
    with pytest.raises(BadNote, match="The signature of witness"):
        checkpoint.opened(data, [LOG, WITNESS.key])


def test_what_a_log_signs_is_never_what_a_witness_signs() -> None:
    # So the signatures of a key that is used for both cannot be taken for one another.
    with pytest.raises(BadNote):
        checkpoint.Checkpoint.parse(GOLDEN["cosigned_message"])
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["witness_seed"]))
    as_log = SigningKey(WITNESS.key.name, private).sign(TEXT)
    forged = Signature(WITNESS.key.name, WITNESS.key.id, TIME.to_bytes(8, "big") + as_log.data)
    with pytest.raises(BadNote, match="not valid"):
        WITNESS.key.check(TEXT, forged)

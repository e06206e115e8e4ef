"""Proofs as text have one spelling each (C2SP tlog-proof, tlog-witness)."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadProof
from evidence.ledger import checkpoint, proof
from evidence.ledger.merkle import leaf_hash
from evidence.ledger.note import Key
from evidence.ledger.proof_file import Consistency, Inclusion
from tests.mutations import mutations
from tests.stranger import Tree, consistent, includes

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


GOLDEN: dict[str, Any] = vectors("golden.json")
LEAVES = [bytes.fromhex(leaf) for leaf in vectors("rfc6962.json")["leaves"]]
TREE = Tree(LEAVES)
INCLUSION: bytes = GOLDEN["inclusion"]["file"].encode()
CONSISTENCY: bytes = GOLDEN["consistency"]["file"].encode()
NOTE: bytes = GOLDEN["checkpoint"].encode()
A, B = (base64.b64encode(bytes([byte] * 32)).decode() for byte in (1, 2))


def test_a_proof_of_inclusion_has_its_frozen_file() -> None:
    path = TREE.path(5, 0, 8)
    assert bytes(Inclusion(5, path, GOLDEN["cosigned_checkpoint"].encode())) == INCLUSION


def test_the_frozen_file_proves_what_it_says() -> None:
    found = Inclusion.parse(INCLUSION)
    said, _, _ = checkpoint.opened(found.checkpoint, [Key.parse(GOLDEN["log_vkey"])])
    leaf = leaf_hash(LEAVES[5])
    proof.check_inclusion(
        index=found.index, size=said.size, leaf=leaf, path=found.path, root=said.root
    )
    assert includes(5, 8, leaf, found.path, TREE.mth(0, 8))


def test_a_proof_of_consistency_has_its_frozen_text() -> None:
    assert bytes(Consistency(3, TREE.proof(3, 8), NOTE)) == CONSISTENCY
    found = Consistency.parse(CONSISTENCY)
    said, _, _ = checkpoint.opened(found.checkpoint, [Key.parse(GOLDEN["log_vkey"])])
    assert consistent(found.old, said.size, TREE.mth(0, 3), said.root, found.path)


def test_a_proof_from_nothing_has_its_frozen_text() -> None:
    nothing: bytes = GOLDEN["consistency_from_nothing"]["file"].encode()
    assert bytes(Consistency(0, [], NOTE)) == nothing
    assert Consistency.parse(nothing) == Consistency(0, [], NOTE)


def test_the_standards_example_of_a_witness_request_is_read() -> None:
    text = (
        b"old 20852014\n"
        b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
        b"jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
        b"5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
        b"/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
        b"\n"
        b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    )
    found = Consistency.parse(text)
    assert (found.old, len(found.path)) == (20852014, 4)
    assert bytes(found) == text


hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=63)
sizes = st.integers(0, (1 << 63) - 1)


@given(sizes, hashes, st.binary())
def test_what_is_written_is_read_as_the_same(
    number: int, path: list[bytes], checkpoint: bytes
) -> None:
    # Whatever the checkpoint is: an empty line in it ends nothing.
    included = Inclusion(number, path, checkpoint)
    assert Inclusion.parse(bytes(included)) == included
    grown = Consistency(number, path, checkpoint)
    assert Consistency.parse(bytes(grown)) == grown


@given(mutations(INCLUSION))
def test_a_changed_file_is_refused_or_is_read_as_what_it_is(data: bytes) -> None:
    try:
        found = Inclusion.parse(data)
    except BadProof:
        return
    assert bytes(found) == data


@given(mutations(CONSISTENCY))
def test_a_changed_request_is_refused_or_is_read_as_what_it_is(data: bytes) -> None:
    try:
        found = Consistency.parse(data)
    except BadProof:
        return
    assert bytes(found) == data


NUMBERS = ["", " 5", "5 ", "05", "+5", "-5", "0x5", "5.0", "5_0", "\u0665", "\u00b2", "5\r",
           str(1 << 63), "9" * 30, "9" * 5_000]  # fmt: skip
HASHES = ["A", "AAAA", A[:-1], f"{A}=", f" {A}", f"{A} ", f"{A}\r", f"{A}{B}", f"{A} {B}",
          A[:-2] + "F=", A.replace("A", "_"), "#", "AA" * 21 + "=="]  # fmt: skip


@pytest.mark.parametrize(
    "head",
    [
        *(f"c2sp.org/tlog-proof@v1\nindex {number}\n{A}\n\n" for number in NUMBERS),
        *(f"c2sp.org/tlog-proof@v1\nindex 5\n{hash}\n\n" for hash in HASHES),
        *(f"c2sp.org/tlog-proof@v1\nindex 5\n{A}\n{hash}\n\n" for hash in HASHES),
        "",
        "\n",
        "\n\n",
        f"c2sp.org/tlog-proof@v1\nindex 5\n{A}\n",
        "c2sp.org/tlog-proof@v1\n\n",
        f"c2sp.org/tlog-proof@v1\n{A}\n\n",
        f"index 5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v2\nindex 5\n{A}\n\n",
        f"C2SP.org/tlog-proof@v1\nindex 5\n{A}\n\n",
        f" c2sp.org/tlog-proof@v1\nindex 5\n{A}\n\n",
        f"\ufeffc2sp.org/tlog-proof@v1\nindex 5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1 \nindex 5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1\nindex\t5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1\nindex5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1\nIndex 5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1\nindex 5\nindex 5\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 5\n{A}\n\n",  # optional, and not ours
        f"c2sp.org/tlog-proof@v1\nindex 5\nextra AAAA\n{A}\n\n",
        f"c2sp.org/tlog-proof@v1\r\nindex 5\r\n{A}\r\n\r\n",
        f"c2sp.org/tlog-proof@v1\n\nindex 5\n{A}\n\n",
        "c2sp.org/tlog-proof@v1\nindex 5\n" + f"{A}\n" * 64 + "\n",
    ],
)
def test_what_is_not_a_proof_of_inclusion_is_refused(head: str) -> None:
    with pytest.raises(BadProof):
        Inclusion.parse(head.encode() + NOTE)


@pytest.mark.parametrize(
    "head",
    [
        *(f"old {number}\n{A}\n\n" for number in NUMBERS),
        *(f"old 5\n{hash}\n\n" for hash in HASHES),
        "",
        "\n",
        "\n\n",
        f"old 5\n{A}\n",
        f"{A}\n\n",
        f"old\t5\n{A}\n\n",
        f"Old 5\n{A}\n\n",
        f"new 5\n{A}\n\n",
        f"old 5 8\n{A}\n\n",
        f"old 5\nold 5\n{A}\n\n",
        f"\nold 5\n{A}\n\n",
        f"old 5\r\n{A}\r\n\r\n",
        "old 5\n" + f"{A}\n" * 64 + "\n",
    ],
)
def test_what_is_not_a_proof_of_consistency_is_refused(head: str) -> None:
    with pytest.raises(BadProof):
        Consistency.parse(head.encode() + NOTE)


def test_63_hashes_are_the_most_of_a_proof() -> None:
    path = [bytes([level] * 32) for level in range(63)]
    assert Inclusion.parse(bytes(Inclusion(0, path, NOTE))).path == path
    for most in (Inclusion(0, [*path, bytes(32)], NOTE), Consistency(0, [*path, bytes(32)], NOTE)):
        with pytest.raises(BadProof, match="at most 63 hashes, not 64"):
            type(most).parse(bytes(most))


def test_a_file_has_a_mebibyte_and_not_one_byte_more() -> None:
    head = b"old 0\n\n"
    assert Consistency.parse(head + bytes((1 << 20) - len(head))).old == 0
    with pytest.raises(BadProof, match="at most 1048576 bytes"):
        Consistency.parse(head + bytes((1 << 20) - len(head) + 1))

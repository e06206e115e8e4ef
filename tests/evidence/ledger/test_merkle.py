"""Roots are those of RFC 6962: of its reference tree, and of an implementation by somebody else."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadProof
from evidence.ledger import merkle
from tests.stranger import Tree

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
REFERENCE: dict[str, Any] = json.loads((VECTORS / "rfc6962.json").read_text(encoding="utf-8"))
LEAVES = [bytes.fromhex(leaf) for leaf in REFERENCE["leaves"]]
ROOTS = [bytes.fromhex(root) for root in REFERENCE["roots"]]


def hashes_of(leaves: list[bytes]) -> list[bytes]:
    return [merkle.leaf_hash(leaf) for leaf in leaves]


@pytest.mark.parametrize("size", range(9))
def test_the_reference_tree_has_its_published_roots(size: int) -> None:
    assert merkle.root(hashes_of(LEAVES[:size])) == ROOTS[size]
    assert Tree(LEAVES).mth(0, size) == ROOTS[size]


def test_the_root_of_no_leaves_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == merkle.EMPTY_ROOT == hashlib.sha256(b"").digest() == ROOTS[0]


def test_every_size_to_300_has_the_root_that_a_stranger_finds() -> None:
    leaves = [f"leaf {number}".encode() for number in range(300)]
    hashes, stranger = hashes_of(leaves), Tree(leaves)
    for size in range(301):
        assert merkle.root(hashes[:size]) == stranger.mth(0, size)
        assert merkle.fold(merkle.edge(hashes[:size])) == stranger.mth(0, size)


def test_a_leaf_is_never_a_node() -> None:
    left, right = hashes_of([b"left", b"right"])
    node = merkle.node_hash(left, right)
    assert node == hashlib.sha256(b"\x01" + left + right).digest()
    assert merkle.leaf_hash(left + right) == hashlib.sha256(b"\x00" + left + right).digest() != node


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40, unique=True), st.data())
def test_leaves_in_another_order_are_another_tree(leaves: list[bytes], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(leaves))
    same = merkle.root(hashes_of(leaves)) == merkle.root(hashes_of(shuffled))
    assert same == (leaves == shuffled)


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_a_leaf_more_is_another_tree(leaves: list[bytes]) -> None:
    # Also when it repeats the last one, as trees that pad themselves forget.
    for more in [b"", *leaves[-1:]]:
        assert merkle.root(hashes_of([*leaves, more])) != merkle.root(hashes_of(leaves))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    whole, other = bytes(32), bytes(length)
    for pair in [(whole, other), (other, whole)]:
        with pytest.raises(BadProof, match="32 bytes"):
            merkle.node_hash(*pair)
    for row in [[other], [whole, other], [whole, whole, other], [other, whole, whole]]:
        with pytest.raises(BadProof, match="32 bytes"):
            merkle.root(row)

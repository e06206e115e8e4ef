"""A proof of consistency ties an older root to a newer one: nothing before was changed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadProof
from evidence.ledger import proof
from evidence.ledger.merkle import EMPTY_ROOT, node_hash
from evidence.ledger.tiles import Subtrees, Tile
from tests.mutations import flipped
from tests.stranger import Tree, consistent

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
REFERENCE: dict[str, Any] = json.loads((VECTORS / "rfc6962.json").read_text(encoding="utf-8"))
ROOTS = [bytes.fromhex(root) for root in REFERENCE["roots"]]

TREE = Tree([f"leaf {number}".encode() for number in range(300)])


def accepts(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    try:
        proof.check_consistency(old=old, new=new, old_root=old_root, new_root=new_root, path=path)
    except BadProof:
        return False
    return True


def read(tile: Tile) -> list[bytes]:
    return TREE.row(8 * tile.level, 256 * tile.index, tile.width)


@pytest.mark.parametrize("known", REFERENCE["consistency"])
def test_the_reference_tree_has_its_published_proofs(known: dict[str, Any]) -> None:
    tree = Tree([bytes.fromhex(leaf) for leaf in REFERENCE["leaves"]])
    old, new = known["old"], known["new"]
    path = [bytes.fromhex(hash) for hash in known["path"]]
    assert proof.consistency(old, new, tree.mth) == path
    assert accepts(old, new, ROOTS[old], ROOTS[new], path)


def test_every_pair_of_sizes_to_300_has_the_proof_that_a_stranger_makes_and_takes() -> None:
    for new in range(1, 301):
        tiles_of = Subtrees(new, read)
        new_root = TREE.mth(0, new)
        for old in range(1, new):
            old_root = TREE.mth(0, old)
            path = proof.consistency(old, new, tiles_of)
            assert path == TREE.proof(old, new)
            assert consistent(old, new, old_root, new_root, path)
            assert accepts(old, new, old_root, new_root, path)


pairs = st.integers(2, 300).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


@given(pairs, st.integers(0, 255), st.data())
def test_a_changed_bit_of_path_or_roots_is_refused(
    pair: tuple[int, int], bit: int, data: st.DataObject
) -> None:
    old, new = pair
    path, old_root, new_root = TREE.proof(old, new), TREE.mth(0, old), TREE.mth(0, new)
    assert not accepts(old, new, flipped(old_root, bit), new_root, path)
    assert not accepts(old, new, old_root, flipped(new_root, bit), path)
    for at in range(len(path)):
        changed = [*path[:at], flipped(path[at], bit), *path[at + 1 :]]
        assert not accepts(old, new, old_root, new_root, changed)
    extra = data.draw(st.integers(0, len(path)))
    assert not accepts(old, new, old_root, new_root, [*path[:extra], bytes(32), *path[extra:]])
    gone = data.draw(st.integers(0, len(path) - 1))
    assert not accepts(old, new, old_root, new_root, path[:gone] + path[gone + 1 :])


def right_only_where_a_stranger_agrees(pair: tuple[int, int], claimed: tuple[int, int]) -> None:
    # As with inclusion, a path does not know the sizes: 2 of 3 has the path of 2 of 4. The sizes
    # that count are those of the two signed checkpoints.
    path, roots = TREE.proof(*pair), (TREE.mth(0, pair[0]), TREE.mth(0, pair[1]))
    accepted = accepts(*claimed, *roots, path)
    assert accepted == consistent(*claimed, *roots, path)
    if claimed[1] == pair[1]:
        assert accepted == (claimed == pair)


def test_every_other_pair_of_sizes_is_refused_in_small_trees() -> None:
    small = [(old, new) for new in range(2, 17) for old in range(1, new)]
    for pair in small:
        for claimed in small:
            right_only_where_a_stranger_agrees(pair, claimed)


@given(pairs, st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_any_other_pair_of_sizes_is_refused_in_large_trees(
    pair: tuple[int, int], claimed: tuple[int, int]
) -> None:
    right_only_where_a_stranger_agrees(pair, claimed)


def test_a_proof_does_not_pass_as_one_from_or_to_another_root_of_its_own_making() -> None:
    # One hash too many leads to a root above the true one. Nobody has signed it, and it is refused.
    for old, new in ((1, 2), (3, 5), (4, 8), (7, 8)):
        path, roots = TREE.proof(old, new), (TREE.mth(0, old), TREE.mth(0, new))
        above = node_hash(bytes(32), roots[0]), node_hash(bytes(32), roots[1])
        assert not accepts(old, new, *above, [*path, bytes(32)])


@given(pairs, st.integers(1, 300))
def test_with_the_true_new_size_no_other_old_size_is_accepted(
    pair: tuple[int, int], claimed: int
) -> None:
    old, new = pair
    accepted = accepts(claimed, new, TREE.mth(0, old), TREE.mth(0, new), TREE.proof(old, new))
    assert accepted == (claimed == old)


@given(st.integers(1, 40), st.integers(0, 39), st.integers(1, 10))
def test_a_tree_with_another_past_is_not_consistent(old: int, at: int, more: int) -> None:
    at %= old
    entries = [str(number).encode() for number in range(old + more)]
    rewritten = Tree([*entries[:at], b"rewritten", *entries[at + 1 :]])
    path = proof.consistency(old, old + more, rewritten.mth)
    old_root, new_root = Tree(entries).mth(0, old), rewritten.mth(0, old + more)
    assert not accepts(old, old + more, old_root, new_root, path)


def test_from_no_leaves_the_proof_is_empty_and_the_old_root_is_that_of_nothing() -> None:
    # RFC 6962 has no proof from 0; C2SP tlog-witness has this one.
    assert proof.consistency(0, 8, TREE.mth) == []
    assert accepts(0, 8, EMPTY_ROOT, TREE.mth(0, 8), [])
    assert accepts(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    assert not accepts(0, 8, EMPTY_ROOT, TREE.mth(0, 8), [bytes(32)])
    assert not accepts(0, 8, bytes(32), TREE.mth(0, 8), [])
    assert not accepts(0, 8, TREE.mth(0, 8), TREE.mth(0, 8), [])
    assert not accepts(0, 0, EMPTY_ROOT, TREE.mth(0, 1), [])
    assert not accepts(0, 0, TREE.mth(0, 1), TREE.mth(0, 1), [])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 300])
def test_to_itself_the_proof_is_empty_and_the_roots_are_the_same(size: int) -> None:
    root = TREE.mth(0, size)
    assert proof.consistency(size, size, TREE.mth) == []
    assert accepts(size, size, root, root, [])
    assert not accepts(size, size, root, root, [root])
    assert not accepts(size, size, root, TREE.mth(0, size - 1), [])
    assert not accepts(size, size, TREE.mth(0, size - 1), root, [])


@pytest.mark.parametrize("old", [1, 2, 3, 4, 6, 7, 8, 255, 256])
def test_an_empty_proof_between_different_sizes_is_refused(old: int) -> None:
    assert not accepts(old, 299, TREE.mth(0, old), TREE.mth(0, 299), [])
    assert not accepts(old, 299, TREE.mth(0, old), TREE.mth(0, old), [])


@pytest.mark.parametrize(("old", "new"), [(2, 1), (1, 0), (-1, 3), (300, 299), (-2, -1)])
def test_a_tree_does_not_shrink(old: int, new: int) -> None:
    for path in ([], [TREE.mth(0, 1)], TREE.proof(1, 3)):
        assert not accepts(old, new, TREE.mth(0, 2), TREE.mth(0, 1), path)
    with pytest.raises(BadProof, match="not the beginning"):
        proof.consistency(old, new, TREE.mth)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    path, old_root, new_root = TREE.proof(3, 5), TREE.mth(0, 3), TREE.mth(0, 5)
    assert not accepts(3, 5, bytes(length), new_root, path)
    assert not accepts(3, 5, old_root, bytes(length), path)
    assert not accepts(3, 5, old_root, new_root, [*path[:-1], bytes(length)])
    assert not accepts(5, 5, bytes(length), bytes(length), [])
    assert not accepts(0, 5, EMPTY_ROOT, bytes(length), [])


def test_a_proof_of_64_hashes_is_refused_before_anything_is_hashed() -> None:
    with pytest.raises(BadProof, match="at most 63"):
        proof.check_consistency(
            old=3, new=1 << 64, old_root=bytes(32), new_root=bytes(32), path=[bytes(32)] * 64
        )

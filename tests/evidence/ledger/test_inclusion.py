"""A proof of inclusion ties one leaf, at one index, to one root, and nothing else to it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadProof
from evidence.ledger import proof
from evidence.ledger.merkle import leaf_hash, node_hash
from evidence.ledger.tiles import Subtrees, Tile
from tests.mutations import flipped
from tests.stranger import Tree, includes, root_from_path

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
REFERENCE: dict[str, Any] = json.loads((VECTORS / "rfc6962.json").read_text(encoding="utf-8"))
ROOTS = [bytes.fromhex(root) for root in REFERENCE["roots"]]

LEAVES = [f"leaf {number}".encode() for number in range(300)]
TREE = Tree(LEAVES)
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def accepts(index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    try:
        proof.check_inclusion(index=index, size=size, leaf=leaf, path=path, root=root)
    except BadProof:
        return False
    return True


def read(tile: Tile) -> list[bytes]:
    return TREE.row(8 * tile.level, 256 * tile.index, tile.width)


@pytest.mark.parametrize("known", REFERENCE["inclusion"])
def test_the_reference_tree_has_its_published_proofs(known: dict[str, Any]) -> None:
    leaves = [bytes.fromhex(leaf) for leaf in REFERENCE["leaves"]]
    index, size = known["index"], known["size"]
    path = [bytes.fromhex(hash) for hash in known["path"]]
    assert proof.inclusion(index, size, Tree(leaves).mth) == path
    assert accepts(index, size, leaf_hash(leaves[index]), path, ROOTS[size])


def test_every_leaf_of_every_tree_to_300_has_the_proof_that_a_stranger_makes_and_takes() -> None:
    for size in range(1, 301):
        tiles_of = Subtrees(size, read)
        root = TREE.mth(0, size)
        for index in range(size):
            path = proof.inclusion(index, size, tiles_of)
            assert path == TREE.path(index, 0, size)
            assert includes(index, size, HASHES[index], path, root)
            assert accepts(index, size, HASHES[index], path, root)


places = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n)))


@given(places, st.integers(0, 255), st.data())
def test_a_changed_bit_of_leaf_path_or_root_is_refused(
    place: tuple[int, int], bit: int, data: st.DataObject
) -> None:
    index, size = place
    leaf, path, root = HASHES[index], TREE.path(index, 0, size), TREE.mth(0, size)
    assert not accepts(index, size, flipped(leaf, bit), path, root)
    assert not accepts(index, size, leaf, path, flipped(root, bit))
    for at in range(len(path)):
        changed = [*path[:at], flipped(path[at], bit), *path[at + 1 :]]
        assert not accepts(index, size, leaf, changed, root)
    extra = data.draw(st.integers(0, len(path)))
    assert not accepts(index, size, leaf, [*path[:extra], bytes(32), *path[extra:]], root)
    if path:
        gone = data.draw(st.integers(0, len(path) - 1))
        assert not accepts(index, size, leaf, path[:gone] + path[gone + 1 :], root)


def turns(index: int, size: int) -> list[bool]:
    """Return on which side the path's hashes stand: all that index and size decide of a check."""
    sides = []
    while size > 1:
        half = 1 << ((size - 1).bit_length() - 1)
        sides.append(index < half)
        index, size = (index, half) if index < half else (index - half, size - half)
    return sides


def right_only_where_the_same_hashes_stand_on_the_same_sides(
    place: tuple[int, int], claimed: tuple[int, int]
) -> None:
    # A path does not know the size of its tree: leaf 0 of 5 has the path of leaf 0 of 6. That is
    # why a size is believed only from the checkpoint whose signature covers it.
    index, size = place
    leaf, path, root = HASHES[index], TREE.path(index, 0, size), TREE.mth(0, size)
    accepted = accepts(*claimed, leaf, path, root)
    assert accepted == (turns(*claimed) == turns(*place))
    assert accepted == includes(*claimed, leaf, path, root)
    if claimed[1] == size:
        assert accepted == (claimed[0] == index)


def test_every_other_index_and_size_is_refused_in_small_trees() -> None:
    small = [(index, size) for size in range(1, 17) for index in range(size)]
    for place in small:
        for claimed in small:
            right_only_where_the_same_hashes_stand_on_the_same_sides(place, claimed)


@given(places, places)
def test_any_other_index_and_size_is_refused_in_large_trees(
    place: tuple[int, int], claimed: tuple[int, int]
) -> None:
    right_only_where_the_same_hashes_stand_on_the_same_sides(place, claimed)


@pytest.mark.parametrize(
    ("index", "size"), [(0, 0), (1, 1), (3, 3), (4, 3), (-1, 3), (1 << 70, 3), (0, -1)]
)
def test_an_index_outside_of_the_tree_is_refused(index: int, size: int) -> None:
    for path in ([], [HASHES[1]], TREE.path(0, 0, 3)):
        assert not accepts(index, size, HASHES[0], path, TREE.mth(0, 3))
        assert not accepts(index, size, HASHES[0], path, HASHES[0])
    with pytest.raises(BadProof, match="has no leaf"):
        proof.inclusion(index, size, TREE.mth)


def test_a_path_that_is_too_long_is_refused_even_when_it_leads_to_the_root() -> None:
    for index, size in ((0, 1), (1, 2), (4, 5), (5, 8)):
        path, root = TREE.path(index, 0, size), TREE.mth(0, size)
        above = node_hash(bytes(32), root)
        assert not accepts(index, size, HASHES[index], [*path, bytes(32)], above)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_hash_of_another_length_is_refused(length: int) -> None:
    path, root = TREE.path(1, 0, 3), TREE.mth(0, 3)
    assert not accepts(1, 3, bytes(length), path, root)
    assert not accepts(1, 3, HASHES[1], path, bytes(length))
    assert not accepts(1, 3, HASHES[1], [bytes(length), *path[1:]], root)
    assert not accepts(0, 1, bytes(length), [], bytes(length))


def test_a_path_of_64_hashes_is_refused_before_anything_is_hashed() -> None:
    with pytest.raises(BadProof, match="at most 63"):
        proof.check_inclusion(
            index=0, size=1 << 64, leaf=HASHES[0], path=[bytes(32)] * 64, root=bytes(32)
        )


def test_a_proof_in_the_largest_tree_has_63_hashes_and_is_checked() -> None:
    size = (1 << 63) - 1
    path = [leaf_hash(bytes([level])) for level in range(63)]
    root = root_from_path(0, size, HASHES[0], path)
    assert accepts(0, size, HASHES[0], path, root)
    assert not accepts(1, size, HASHES[0], path, root)
    assert not accepts(0, size, HASHES[0], path[:-1], root)

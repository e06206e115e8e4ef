"""A tree cut into tiles, and grown by its right edge, is the same tree (C2SP tlog-tiles)."""

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import BadProof
from evidence.ledger import merkle, proof, tiles
from evidence.ledger.tiles import RightEdge, Subtrees, Tile
from tests.stranger import Tree, consistent, includes

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
GOLDEN: dict[str, Any] = json.loads((VECTORS / "golden.json").read_text(encoding="utf-8"))

LARGE = 70_000
ENTRIES = [number.to_bytes(4, "big") for number in range(LARGE)]
TREE = Tree(ENTRIES)


def read(tile: Tile) -> list[bytes]:
    """Return a tile's hashes as the format defines them, by somebody else's roots."""
    return TREE.row(8 * tile.level, 256 * tile.index, tile.width)


@pytest.mark.parametrize(("level", "index", "width", "path"), GOLDEN["tile_paths"])
def test_a_tile_has_its_frozen_path(level: int, index: int, width: int, path: str) -> None:
    assert Tile(level, index, width).path == path
    assert tiles.parse(path) == Tile(level, index, width)


def test_a_tree_of_70000_leaves_has_the_tiles_of_the_standard() -> None:
    found = Counter((tile.level, tile.width) for tile in tiles.tiles(LARGE))
    assert found == {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1}
    assert list(tiles.tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles.tiles(0)) == []


@given(st.integers(0, 63), st.integers(0, (1 << 55) - 1), st.integers(1, 256))
def test_a_path_is_read_as_the_tile_it_was_made_of(level: int, index: int, width: int) -> None:
    index >>= 8 * min(level, 7)
    tile = Tile(level, index, width)
    assert tiles.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000",
        "tile/00/000", "tile/01/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/0 /000",
        "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/000", "tile/0/x000", "tile/0/001/000",
        "tile/0/x01/000", "tile/0/X001/000", "tile/0/x001000", "tile/0/x001/x000/x000",
        "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000.p/256",
        "tile/0/000.p/257", "tile/0/000.p/999", "tile/0/000.p/1000", "tile/0/000.p/-1",
        "tile/0/000.p/1/1", "tile/0/000.P/1", "tile/0/000p/1",
        "tile/0/000\n", "\ntile/0/000", "tile/0/000.p/1\n", "tile/0/000\x00", "tile/0/../000",
        "tile/\u0660/000", "tile/0/\u0660\u0660\u0660",
        "tile/0/x\u0660\u0660\u0661/000", "tile/0/000.p/\u0661",
        "tile/0/\uff10\uff10\uff10",
        "tile/entries/000", "Tile/0/000", "tile/0/%30%30%30",
    ],
)  # fmt: skip
def test_a_path_in_another_spelling_is_not_one_of_a_tile(path: str) -> None:
    assert tiles.parse(path) is None


@pytest.mark.parametrize("groups", [6, 7, 1500, 100_000])
def test_a_tile_beyond_the_largest_tree_is_none_however_long_its_number(groups: int) -> None:
    assert tiles.parse(f"tile/0/{'x001/' * groups}000") is None


def test_the_last_tile_of_the_largest_tree_is_one_and_the_next_is_not() -> None:
    for level in range(7):
        index = (1 << (63 - 8 * (level + 1))) - 1
        assert tiles.parse(Tile(level, index).path) == Tile(level, index)
        assert tiles.parse(Tile(level, index + 1).path) is None
    assert tiles.parse(Tile(7, 0).path) == Tile(7, 0)
    assert tiles.parse(Tile(7, 1).path) is None


@given(st.text("tile/0123x.p", max_size=24))
def test_what_is_read_as_a_tile_has_that_path(text: str) -> None:
    for path in (text, f"tile/{text}", f"tile/0/{text}", f"tile/0/000{text}"):
        tile = tiles.parse(path)
        assert tile is None or (tile.path == path and 1 <= tile.width <= 256)


@given(st.integers(0, 1 << 40), st.integers(0, 6), st.integers(0, 1 << 40))
def test_widths_are_those_of_the_tiles_that_a_tree_has(size: int, level: int, index: int) -> None:
    row = size // 256**level
    assert tiles.width(size, level, index) == len(range(index * 256, min(row, index * 256 + 256)))


def test_tiles_of_a_large_tree_give_its_root_and_its_proofs() -> None:
    root = TREE.mth(0, LARGE)
    for index in (0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, 69_999):
        path = proof.inclusion(index, LARGE, Subtrees(LARGE, read))
        assert includes(index, LARGE, TREE.mth(index, index + 1), path, root)
    for old in (1, 255, 256, 257, 65_535, 65_536, 65_537, 69_888, 69_999):
        path = proof.consistency(old, LARGE, Subtrees(LARGE, read))
        assert path == TREE.proof(old, LARGE)
        assert consistent(old, LARGE, TREE.mth(0, old), root, path)
    assert Subtrees(LARGE, read)(0, LARGE) == root


@settings(max_examples=30)
@given(st.integers(1, LARGE), st.data())
def test_tiles_of_any_tree_give_its_proofs(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    roots = Subtrees(size, read)
    assert roots(0, size) == TREE.mth(0, size)
    assert proof.inclusion(index, size, roots) == TREE.path(index, 0, size)
    assert proof.consistency(index, size, roots) == (TREE.proof(index, size) if index else [])


@given(st.integers(0, LARGE - 1))
def test_a_proof_reads_no_tile_twice_and_two_of_each_level_at_most(index: int) -> None:
    asked: list[Tile] = []

    def reading(tile: Tile) -> Sequence[bytes]:
        asked.append(tile)
        return read(tile)

    proof.inclusion(index, LARGE, Subtrees(LARGE, reading))
    assert len(asked) == len(set(asked)) <= 6
    assert set(asked) <= set(tiles.tiles(LARGE))


@pytest.mark.parametrize("length", [111, 113, 0])
def test_a_tile_of_another_width_is_refused(length: int) -> None:
    def reading(tile: Tile) -> list[bytes]:
        return [bytes(32)] * length if tile.width == 112 else read(tile)

    with pytest.raises(BadProof, match=rf"tile/0/273.p/112 has {length} hashes where 112 belong"):
        Subtrees(LARGE, reading)(0, LARGE)


def test_a_tile_with_half_a_hash_is_refused() -> None:
    with pytest.raises(BadProof, match="32 bytes"):
        Subtrees(1, lambda tile: [bytes(16)])(0, 1)


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 0), (2, 1), (-1, 1), (0, 9), (8, 9), (1, 3), (6, 9)]
)
def test_what_is_no_subtree_is_refused(start: int, stop: int) -> None:
    with pytest.raises(BadProof, match="subtree"):
        Subtrees(8, read)(start, stop)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 700), max_size=8))
def test_a_tree_grown_by_batches_is_the_tree_of_all(batches: list[int]) -> None:
    edge, kept, size = RightEdge(), dict[tuple[int, int], list[bytes]](), 0
    for batch in batches:
        # Between batches only the right edge is known, as a seal finds it.
        edge = RightEdge(edge.levels)
        for number in range(size, size + batch):
            for level, hashes, root in edge.append(merkle.leaf_hash(ENTRIES[number])):
                index = ((number + 1) >> (8 * (level + 1))) - 1
                assert (level, index) not in kept
                assert hashes == read(Tile(level, index))
                assert root == read(Tile(level + 1, index // 256, index % 256 + 1))[-1]
                kept[level, index] = hashes
        size += batch
        assert edge.size == size
        assert edge.root() == TREE.mth(0, size)
    full = {(tile.level, tile.index) for tile in tiles.tiles(size) if tile.width == 256}
    assert set(kept) == full


def test_tiles_fill_in_turn_from_the_lowest_level_up() -> None:
    edge = RightEdge()
    filled = [edge.append(merkle.leaf_hash(entry)) for entry in ENTRIES[: 256 * 256]]
    assert [tile[0] for tile in filled[-1]] == [0, 1]
    assert all(len(tiles_of) <= 1 for tiles_of in filled[:-1])
    assert [len(level) for level in edge.levels] == [0, 0, 1]
    assert len(list(itertools.chain.from_iterable(filled))) == 257


def test_a_right_edge_with_a_full_tile_is_refused() -> None:
    assert RightEdge([[bytes(32)] * 255]).size == 255
    with pytest.raises(BadProof, match="fewer than 256"):
        RightEdge([[bytes(32)] * 256])


def test_a_leaf_of_another_length_is_refused_and_does_not_grow_the_tree() -> None:
    edge = RightEdge()
    with pytest.raises(BadProof, match="32 bytes"):
        edge.append(b"not a hash")
    assert edge.size == 0
    with pytest.raises(BadProof, match="32 bytes"):
        RightEdge([[b"not a hash"]]).root()


def test_the_copy_of_an_edge_grows_alone() -> None:
    edge = RightEdge([[bytes(32)]])
    RightEdge(edge.levels).append(bytes(32))
    assert edge.size == 1

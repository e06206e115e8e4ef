"""Where leaves and tiles differ, the next signed root tells which of the two was changed."""

import json
from typing import Any

import pytest

from evidence.findings import Finding, Kind
from evidence.ledger import merkle, tiles
from evidence.ledger.fsck.edge import Edge
from evidence.ledger.fsck.growth import Growth, Signed, Stored

SIZE = 256 * 256 + 300
LOG = "log"


def leaf(index: int) -> bytes:
    return merkle.leaf_hash(str(index).encode())


class Grown:
    """A tree of the right leaves: its tiles as they are stored, its roots as they are signed."""

    def __init__(self, sizes: list[int]) -> None:
        self.stored: dict[tuple[int, int], Stored] = {}
        self.signed: dict[int, Signed] = {}
        edge = tiles.RightEdge()
        for index in range(max(sizes)):
            for level, hashes, root in edge.append(leaf(index)):
                number = (edge.size >> (8 * (level + 1))) - 1
                tile = Stored(f"tile {level}/{number}", b"".join(hashes), root)
                self.stored[level, number] = tile
            if edge.size in sizes:
                self.signed[edge.size] = Signed(f"at {edge.size}", edge.size, (edge.root(),))

    def change(self, level: int, index: int, at: int, *, root: bool = False) -> None:
        """Put another hash into a tile, with the root that goes with it or without."""
        tile = self.stored[level, index]
        hashes = tile.hashes[: 32 * at] + b"\0" * 32 + tile.hashes[32 * at + 32 :]
        changed = tile._replace(hashes=hashes)
        self.stored[level, index] = changed._replace(
            root=merkle.root(changed.row or []) if root else tile.root
        )

    def grow(self, changed: dict[int, bytes], *, resumed_at: int = 0) -> list[Finding]:
        """Grow the tree with some other leaves; return what is found, as JSON could keep it."""
        growth = Growth(LOG)
        found: list[Finding] = []
        for index in range(max(self.signed)):
            if index and index == resumed_at:
                growth = Growth.at(LOG, json.loads(json.dumps(growth.state())))
            found += growth.append(changed.get(index, leaf(index)), f"record {index}", self.stored)
            if growth.size in self.signed:
                found += growth.check(self.signed[growth.size])[0]
        return found + growth.undecided()


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.id) for finding in findings]


@pytest.fixture(scope="module")
def large() -> Grown:
    return Grown([100, 70_000 - 5_000, SIZE])


@pytest.fixture
def small() -> Grown:
    return Grown([100, 300, 1000, 1024, 1500])


def test_the_quick_root_is_the_root_at_every_size() -> None:
    quick, plain = Edge(), tiles.RightEdge()
    assert quick.root() == plain.root()
    for index in range(1100):
        assert quick.append(leaf(index)) == plain.append(leaf(index))
        assert quick.root() == plain.root()
        if index % 256 == 100:
            quick = Edge(quick.levels)


def test_the_right_tree_has_no_findings(small: Grown) -> None:
    assert small.grow({}) == []


@pytest.mark.parametrize("index", [0, 255, 256, 511, 700])
def test_another_leaf_under_a_full_tile_is_one_finding(small: Grown, index: int) -> None:
    other = {index: b"\1" * 32}
    expected = [("altered", f"record {index}")]
    # Under the first root there is no full tile yet, so that it is the root which is wrong.
    found = told(small.grow(other))
    assert [f for f in found if f[0] != "root"] == expected


def test_another_leaf_after_the_last_full_tile_is_found_by_the_root_alone(small: Grown) -> None:
    assert told(small.grow({1400: b"\1" * 32})) == [("root", "at 1500")]


@pytest.mark.parametrize("root", [False, True])
@pytest.mark.parametrize("index", [0, 2, 3])
def test_another_hash_in_a_tile_is_blamed_on_the_tile(small: Grown, index: int, root: bool) -> None:
    small.change(0, index, 17, root=root)
    found = small.grow({})
    assert {finding.id for finding in found} == {f"tile 0/{index}"}


def test_a_tile_and_a_leaf_elsewhere_are_both_found(small: Grown) -> None:
    small.change(0, 0, 17)
    found = small.grow({600: b"\1" * 32})
    assert {finding.id for finding in found} == {"tile 0/0", "record 600"}


def test_wherever_it_is_resumed_the_same_is_found(small: Grown) -> None:
    small.change(0, 1, 17, root=True)
    other = {600: b"\1" * 32, 1200: b"\1" * 32}
    whole = small.grow(other)
    assert whole
    for tile in range(1, 6):
        assert small.grow(other, resumed_at=256 * tile) == whole


def test_a_wrong_root_is_one_finding_and_the_next_right_one_ends_it(small: Grown) -> None:
    for size in (300, 1000):
        small.signed[size] = small.signed[size]._replace(roots=(b"\0" * 32,))
    found = small.grow({})
    assert told(found) == [("root", "at 300")]
    small.signed[1500] = small.signed[1500]._replace(roots=(b"\0" * 32,))
    assert told(small.grow({})) == [("root", "at 300"), ("root", "at 1500")]


def test_a_missing_tile_is_missed_and_no_other_finding_follows(large: Grown) -> None:
    kept: Any = large.stored.pop((0, 7))
    try:
        assert told(large.grow({})) == [("missing", "log/0/7")]
    finally:
        large.stored[0, 7] = kept


def test_a_tile_of_the_second_level_is_compared_with_those_below(large: Grown) -> None:
    kept = large.stored[1, 0]
    large.change(1, 0, 9)
    try:
        found = large.grow({})
    finally:
        large.stored[1, 0] = kept
    assert {finding.id for finding in found} == {"tile 1/0"}


def test_a_leaf_under_two_levels_of_tiles_is_one_finding(large: Grown) -> None:
    found = large.grow({40_000: b"\1" * 32})
    assert [(f.kind, f.id) for f in found] == [(Kind.ALTERED, "record 40000")]

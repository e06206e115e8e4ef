"""A tree that grows leaf by leaf and is compared with what is stored of it. No database here.

Two opinions say what the tree is made of: the leaves' records, and the full tiles. Where they
differ, the next signed root tells which of the two was changed, and the tree goes on with the
other, so that one changed row is one finding and not a finding for every checkpoint after it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from evidence.errors import BadProof
from evidence.findings import Finding, Kind
from evidence.ledger import merkle, tiles
from evidence.ledger.fsck.edge import Edge, as_json, copied, from_json

LEAF, TILE, CHECKPOINT = "evidence_leaf", "evidence_tile", "evidence_checkpoint"


class Stored(NamedTuple):
    """A tile as its row has it; whatever was in the row, these are bytes."""

    id: str
    hashes: bytes
    root: bytes

    @property
    def row(self) -> list[bytes] | None:
        """Return its hashes, None where they are not as many as a full tile has."""
        if len(self.hashes) != tiles.WIDTH * merkle.HASH_SIZE:
            return None
        return [self.hashes[at : at + 32] for at in range(0, len(self.hashes), merkle.HASH_SIZE)]


class Signed(NamedTuple):
    """A checkpoint as its row has it: the roots that its column and its note say."""

    id: str
    size: int
    roots: tuple[bytes, ...]


@dataclass
class Suspect:
    """A tile that differs from the leaves: which of its hashes, and the records there."""

    tile: str
    level: int
    leaves: list[tuple[int, str]]


class Growth:
    """The tree so far: what the leaves say, what the tiles say, and the last root that was right.

    `edge` is None from the first leaf on whose hash nothing knows.
    """

    def __init__(self, log: str) -> None:
        self.log = log
        self.size = 0
        self.edge: Edge | None = Edge()
        # The same tree with the tiles' hashes, from where they differ to the next signed root.
        self.other: Edge | None = None
        self.suspects: list[Suspect] = []
        self.good = 0  # the size of the last checkpoint whose root was right
        self.bad = False  # whether the one before this one was wrong
        self._tile: list[tuple[bytes, str]] = []
        self._before: list[list[bytes]] = []
        self._other_before: list[list[bytes]] = []

    def state(self) -> Any:
        """Return where the tree is, as JSON can hold it. Call it at the end of a tile."""
        return {
            "size": self.size,
            "edge": as_json(self.edge),
            "other": as_json(self.other),
            "suspects": [[s.tile, s.level, s.leaves] for s in self.suspects],
            "good": self.good,
            "bad": self.bad,
        }

    @classmethod
    def at(cls, log: str, state: Any) -> Self:
        """Return the tree as it was, or an empty one."""
        growth = cls(log)
        if state:
            growth.size, growth.good, growth.bad = state["size"], state["good"], state["bad"]
            growth.edge, growth.other = from_json(state["edge"]), from_json(state["other"])
            growth.suspects = [
                Suspect(tile, level, [(at, id) for at, id in leaves])
                for tile, level, leaves in state["suspects"]
            ]
        return growth

    def append(
        self, hash: bytes, record: str, stored: dict[tuple[int, int], Stored]
    ) -> Iterator[Finding]:
        """Add a leaf, and yield what is wrong with the tiles that it fills."""
        at = self.size % tiles.WIDTH
        if at == 0:
            self._tile = []
            self._before = copied(self.edge)
            self._other_before = copied(self.other)
        self._tile.append((hash, record))
        self.size += 1
        if self.edge is None:
            return
        filled = self.edge.append(hash)
        other = self.other.append(hash) if self.other else []
        for level, hashes, _ in filled:
            index = (self.size >> (tiles.HEIGHT * (level + 1))) - 1
            said = [h for number, h, _ in other if number == level]
            yield from self._compare(level, index, hashes, said, stored.get((level, index)))
            if level == 0 and self.other is not None:
                other = self._other_filled(stored.get((0, index)))

    def _compare(
        self,
        level: int,
        index: int,
        hashes: list[bytes],
        other: list[list[bytes]],
        tile: Stored | None,
    ) -> Iterator[Finding]:
        if tile is None:
            reason = f"The log {self.log} has no tile {tiles.Tile(level, index).path[5:]}."
            yield Finding(Kind.MISSING, TILE, f"{self.log}/{level}/{index}", reason)
            return
        row = tile.row
        if row is None:
            reason = f"It has {len(tile.hashes)} bytes of hashes, and a full tile 8192."
            yield Finding(Kind.MALFORMED, TILE, tile.id, reason)
            return
        if merkle.root(row) != tile.root:
            reason = "Its column root is not the root over its hashes."
            yield Finding(Kind.ALTERED, TILE, tile.id, reason)
        if row == hashes:
            return
        differ = [at for at, pair in enumerate(zip(row, hashes, strict=True)) if pair[0] != pair[1]]
        if level == 0:
            start = index * tiles.WIDTH
            self.suspects.append(
                Suspect(tile.id, 0, [(start + at, self._tile[at][1]) for at in differ])
            )
            if self.other is None:
                self._other_before = self._before
                self.other = Edge(self._before)  # `_other_filled` gives it the tile
        elif row in other:
            self.suspects.append(Suspect(tile.id, level, []))
        else:
            reason = f"Its hashes at {_some(differ)} are not the roots of the tiles below."
            yield Finding(Kind.ALTERED, TILE, tile.id, reason)

    def _other_filled(self, tile: Stored | None) -> list[tuple[int, list[bytes], bytes]]:
        """Grow the tiles' opinion by the tile as it is stored, and return what that filled."""
        row = (tile.row if tile else None) or [hash for hash, _ in self._tile]
        self.other = Edge(self._other_before)
        filled = []
        for hash in row:
            filled = self.other.append(hash)
        return filled

    def check(self, signed: Signed) -> tuple[list[Finding], bool]:
        """Return what a signed root over the tree as it is now tells, and whether it is wrong."""
        if self.edge is None:
            return [], False
        right = self.edge.root() in signed.roots
        if not right and self.other is not None and self.other.root() in signed.roots:
            found = list(self._blame_leaves())
            self.edge = self.other
        elif right:
            found = list(self._blame_tiles())
        elif self.bad:  # follows from the first one that was wrong
            return [], False
        else:
            self.bad = True
            reason = (
                f"The {signed.size} records do not give the root that it signs; the first "
                f"{self.good} gave theirs. Look among the records from index {self.good} on."
            )
            return [Finding(Kind.ROOT, CHECKPOINT, signed.id, reason)], True
        self.good, self.bad = signed.size, False
        self.other, self.suspects = None, []
        return found, False

    def give_up(self) -> list[Finding]:
        """Stop growing: a leaf's hash is known by nothing. Returns what was still in doubt."""
        found = [*self._blame_leaves(), *self._blame_tiles()]
        self.edge, self.other, self.suspects = None, None, []
        return found

    def undecided(self) -> list[Finding]:
        """Return both sides of what no signed root has decided."""
        return [*self._blame_leaves(), *self._blame_tiles()]

    def _blame_leaves(self) -> Iterator[Finding]:
        for suspect in self.suspects:
            for index, record in suspect.leaves:
                reason = (
                    f"At index {index} tile {suspect.tile} has the hash of another record, and "
                    "the signed root agrees with the tile."
                )
                yield Finding(Kind.ALTERED, LEAF, record, reason)

    def _blame_tiles(self) -> Iterator[Finding]:
        for suspect in self.suspects:
            where = _some([index for index, _ in suspect.leaves])
            reason = f"Its hashes of {where or 'the tiles below'} are not those that were signed."
            yield Finding(Kind.ALTERED, TILE, suspect.tile, reason)


def misplaced(leaves: Iterable[tuple[int, str]]) -> list[Finding]:
    """Return which leaves of one checkpoint are not in the order of their records' ids.

    Sealing gives indexes in the order of writing, which is that of the ids but for writers that met
    within a millisecond. Call it only where the root is wrong: it tells where to look first, and
    alone it proves nothing.
    """
    ordered = list(leaves)
    expected = sorted(record for _, record in ordered)
    return [
        Finding(
            Kind.ROOT,
            LEAF,
            record,
            f"Look here first: at index {index}, out of order, under a root that does not fit.",
        )
        for (index, record), right in zip(ordered, expected, strict=True)
        if record != right or len(ordered) == 1
    ]


def hash_of(text: Any) -> bytes | None:
    """Return the 32 bytes of a leaf's hash in hex, None where it is none."""
    try:
        return merkle.whole(bytes.fromhex(text))
    except (TypeError, ValueError, BadProof):
        return None


def _some(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:10])
    return f"{shown} and {len(numbers) - 10} more" if len(numbers) > 10 else shown

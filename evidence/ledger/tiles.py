"""Tiles: how a Merkle tree is cut into pieces of 256 hashes that never change. Pure.

C2SP tlog-tiles v0.1.0. A tile of level L holds 256 consecutive hashes of the tree's row 8·L; the
root of a full tile is one hash of level L + 1. The last tile of a level may be partial: it holds
the first `width` hashes and is superseded as the tree grows.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evidence.errors import BadProof
from evidence.ledger import merkle

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVELS = 64
_LEAVES = 1 << 63  # no tree has as many
# Six groups and the last hold any index below that. More would make numbers of any length.
_PATH = re.compile(
    r"tile/([0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The coordinates of a tile: its level, its place in the level, and how many hashes it has."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path below the log's address: tile 1234067 of level 0 is `tile/0/x001/x234/067`."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.append(f"x{rest % 1000:03d}")
            rest //= 1000
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{'/'.join(reversed(groups))}{partial}"


def parse(path: str) -> Tile | None:
    """Return the tile of a path, or None where the path is not the one spelling of a tile.

    Nor is it the path of a tile that begins after the last leaf of the largest tree, 2^63.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level, groups, width = match.groups()
    tile = Tile(int(level), int(re.sub("[x/]", "", groups)), int(width or WIDTH))
    begins = tile.index << (HEIGHT * (tile.level + 1))
    return tile if tile.path == path and tile.width <= WIDTH and begins < _LEAVES else None


def width(size: int, level: int, index: int) -> int:
    """Return how many hashes the tile has in a tree of `size` leaves: 0 to 256."""
    return max(0, min(WIDTH, (size >> (HEIGHT * level)) - index * WIDTH))


def tiles(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree of `size` leaves, level by level, a partial one last of each."""
    level = 0
    while (row := size >> (HEIGHT * level)) > 0:
        for index in range(-(-row // WIDTH)):
            yield Tile(level, index, width(size, level, index))
        level += 1


@dataclass(frozen=True, slots=True)
class Rows:
    """The small tree of one tile: row 0 is its hashes, row 1 the nodes above them, and so on."""

    rows: tuple[tuple[bytes, ...], ...]


def rows_over(tile: Tile, hashes: Sequence[bytes]) -> Rows:
    """Return the rows of a tile. `BadProof` unless it has `width` hashes of 32 bytes."""
    if len(hashes) != tile.width:
        raise BadProof(f"{tile.path} has {len(hashes)} hashes where {tile.width} belong.")
    if any(len(hash) != merkle.HASH_SIZE for hash in hashes):
        raise BadProof(f"{tile.path} has a hash that is not {merkle.HASH_SIZE} bytes long.")
    row = tuple(hashes)
    rows = [row]
    while len(row) > 1:
        row = tuple(merkle.node_hash(*pair) for pair in zip(row[::2], row[1::2], strict=False))
        rows.append(row)
    return Rows(tuple(rows))


Read = Callable[[Tile], Sequence[bytes] | Rows]
"""Gives the hashes of a tile, exactly `width` of them, or its rows where they are known already."""


class Subtrees:
    """Roots of subtrees of a tree of `size` leaves, out of its tiles, each tile read once.

    A proof over a million leaves reads at most six of them.
    """

    def __init__(self, size: int, read: Read) -> None:
        self.size = size
        self._read = read
        self._kept: dict[tuple[int, int], Rows] = {}

    def __call__(self, start: int, stop: int) -> bytes:
        """Return the root over the leaves [start, stop), a subtree as RFC 6962 cuts them.

        `start` is a multiple of the largest perfect subtree; the last subtree may be imperfect.
        """
        if not 0 <= start < stop <= self.size:
            raise BadProof(f"The tree of {self.size} leaves has no subtree [{start}, {stop}).")
        perfect = []
        while start < stop:
            height = (stop - start).bit_length() - 1
            perfect.append(self._perfect(start, height))
            start += 1 << height
        return merkle.fold(perfect)

    def _perfect(self, start: int, height: int) -> bytes:
        """Return the root of the perfect subtree of 2^height leaves that begins at `start`."""
        if start % (1 << height):
            raise BadProof(f"No subtree of {1 << height} leaves begins at leaf {start}.")
        level, within = divmod(height, HEIGHT)
        index, slot = divmod(start >> (HEIGHT * level), WIDTH)
        return self._tile(level, index).rows[within][slot >> within]

    def _tile(self, level: int, index: int) -> Rows:
        if (level, index) not in self._kept:
            tile = Tile(level, index, width(self.size, level, index))
            found = self._read(tile)
            rows = found if isinstance(found, Rows) else rows_over(tile, found)
            self._kept[level, index] = rows
        return self._kept[level, index]


class RightEdge:
    """A growing tree, of which only the partial tile of each level is kept.

    `levels[L]` holds fewer than 256 hashes of row 8·L: those after the last full tile.
    """

    def __init__(self, levels: Sequence[Sequence[bytes]] = ()) -> None:
        self.levels = [list(level) for level in levels]
        if any(len(level) >= WIDTH for level in self.levels):
            raise BadProof(f"A partial tile has fewer than {WIDTH} hashes.")

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        # The digits of the size to the base 256: what is full is one hash of the level above.
        return sum(len(level) << (HEIGHT * number) for number, level in enumerate(self.levels))

    def append(self, leaf: bytes) -> list[tuple[int, list[bytes], bytes]]:
        """Add a leaf's hash. Return each tile that it filled: level, 256 hashes, and their root."""
        filled: list[tuple[int, list[bytes], bytes]] = []
        level, added = 0, merkle.whole(leaf)
        while True:
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(added)
            if len(self.levels[level]) < WIDTH:
                return filled
            full, self.levels[level] = self.levels[level], []
            [added] = merkle.edge(full)
            filled.append((level, full, added))
            level += 1

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return merkle.fold([h for level in reversed(self.levels) for h in merkle.edge(level)])

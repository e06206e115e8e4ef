"""The right edge of a tree that is checked: its root is asked for at every checkpoint. Pure.

A log that is sealed after each report has a checkpoint for every record. To compute its root from
the partial tiles anew each time would cost a thousand hashes; here it costs as many as the tree is
high.
"""

from collections.abc import Sequence

from evidence.ledger import merkle, tiles


class Edge(tiles.RightEdge):
    """A right edge that tells its root in a few steps, whatever its size."""

    def __init__(self, levels: Sequence[Sequence[bytes]] = ()) -> None:
        super().__init__(levels)
        self._count = self.size
        self._perfect = [h for level in reversed(self.levels) for h in merkle.edge(level)]

    def append(self, leaf: bytes) -> list[tuple[int, list[bytes], bytes]]:
        """Add a leaf's hash, as every right edge does."""
        filled = super().append(leaf)
        self._perfect.append(leaf)
        # Each binary digit 1 at the end of the count is a perfect subtree that gets its sister.
        rest = self._count
        while rest & 1:
            right, left = self._perfect.pop(), self._perfect.pop()
            self._perfect.append(merkle.node_hash(left, right))
            rest >>= 1
        self._count += 1
        return filled

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return merkle.fold(self._perfect)


def copied(edge: tiles.RightEdge | None) -> list[list[bytes]]:
    """Return the levels of an edge, to be kept while it grows on."""
    return [list(level) for level in edge.levels] if edge else []


def as_json(edge: tiles.RightEdge | None) -> list[list[str]] | None:
    """Return the levels of an edge as JSON can hold them."""
    return None if edge is None else [[hash.hex() for hash in row] for row in edge.levels]


def from_json(levels: list[list[str]] | None) -> Edge | None:
    """Return the edge that `as_json` was asked about."""
    if levels is None:
        return None
    return Edge([[bytes.fromhex(hash) for hash in row] for row in levels])

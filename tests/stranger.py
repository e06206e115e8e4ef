"""A Merkle tree by somebody else: the definitions of RFC 6962 §2.1, word for word, and no more.

It imports nothing of the product, follows the recursive definitions where the product loops, and
checks proofs by the same recursion backwards. Where both agree, either both are right, or the same
mistake was made twice in two different ways. It is slow, and remembers roots to be less so.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field


class Refused(Exception):
    """A proof that does not have the form which the sizes demand."""


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _largest_power_of_two_below(n: int) -> int:
    """Return k with k < n <= 2k."""
    k = 1
    while 2 * k < n:
        k = 2 * k
    return k


@dataclass
class Tree:
    """A list of entries D, and what RFC 6962 derives from any part of it."""

    entries: Sequence[bytes]
    _roots: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def mth(self, start: int, stop: int) -> bytes:
        """Return MTH(D[start:stop]) (RFC 6962 §2.1)."""
        if (start, stop) not in self._roots:
            n = stop - start
            if n == 0:
                root = _sha256(b"")
            elif n == 1:
                root = _sha256(b"\x00" + self.entries[start])
            else:
                k = start + _largest_power_of_two_below(n)
                root = _sha256(b"\x01" + self.mth(start, k) + self.mth(k, stop))
            self._roots[start, stop] = root
        return self._roots[start, stop]

    def row(self, height: int, first: int, count: int) -> list[bytes]:
        """Return the roots of `count` subtrees of 2^height entries, from the one at `first` on."""
        span = 1 << height
        return [self.mth(at * span, (at + 1) * span) for at in range(first, first + count)]

    def path(self, m: int, start: int, stop: int) -> list[bytes]:
        """Return PATH(m, D[start:stop]) (RFC 6962 §2.1.1), `m` counted from `start`."""
        n = stop - start
        if n == 1:
            return []
        k = _largest_power_of_two_below(n)
        if m < k:
            return [*self.path(m, start, start + k), self.mth(start + k, stop)]
        return [*self.path(m - k, start + k, stop), self.mth(start, start + k)]

    def proof(self, m: int, n: int) -> list[bytes]:
        """Return PROOF(m, D[0:n]) (RFC 6962 §2.1.2), for 0 < m < n."""
        return self._subproof(m, 0, n, True)

    def _subproof(self, m: int, start: int, stop: int, known: bool) -> list[bytes]:
        n = stop - start
        if m == n:
            return [] if known else [self.mth(start, stop)]
        k = _largest_power_of_two_below(n)
        if m <= k:
            return [*self._subproof(m, start, start + k, known), self.mth(start + k, stop)]
        return [*self._subproof(m - k, start + k, stop, False), self.mth(start, start + k)]


def root_from_path(m: int, n: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """Return the root that PATH(m, D[0:n]) leads to from the hash of entry m."""
    if n == 1:
        if path:
            raise Refused("too long")
        return leaf
    if not path:
        raise Refused("too short")
    k = _largest_power_of_two_below(n)
    if m < k:
        return _sha256(b"\x01" + root_from_path(m, k, leaf, path[:-1]) + path[-1])
    return _sha256(b"\x01" + path[-1] + root_from_path(m - k, n - k, leaf, path[:-1]))


def roots_from_proof(m: int, n: int, old: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the two roots that PROOF(m, D[0:n]) leads to, the old one being known to be `old`."""
    return _roots_from_subproof(m, n, old, proof, True)


def _roots_from_subproof(
    m: int, n: int, old: bytes, proof: Sequence[bytes], known: bool
) -> tuple[bytes, bytes]:
    if m == n:
        if len(proof) != (0 if known else 1):
            raise Refused("too long or too short")
        root = old if known else proof[0]
        return root, root
    if not proof:
        raise Refused("too short")
    k = _largest_power_of_two_below(n)
    if m <= k:
        before, after = _roots_from_subproof(m, k, old, proof[:-1], known)
        return before, _sha256(b"\x01" + after + proof[-1])
    before, after = _roots_from_subproof(m - k, n - k, old, proof[:-1], False)
    return _sha256(b"\x01" + proof[-1] + before), _sha256(b"\x01" + proof[-1] + after)


def includes(m: int, n: int, leaf: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether the path proves that the leaf's hash is entry `m` of `n` under the root."""
    try:
        return 0 <= m < n and root_from_path(m, n, leaf, path) == root
    except Refused:
        return False


def consistent(m: int, n: int, old: bytes, new: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof ties the old root to the new one, for 0 < m < n."""
    try:
        return 0 < m < n and roots_from_proof(m, n, old, proof) == (old, new)
    except Refused:
        return False

"""The Merkle tree of RFC 6962 §2.1: hashes of leaves and nodes, and roots. Pure.

A tree of any size is a row of perfect subtrees, the largest first, one for each binary digit 1 of
its size. That row is the tree's right edge: all that is needed to go on growing it.
"""

import hashlib
from collections.abc import Iterable, Sequence

from evidence.errors import BadProof

HASH_SIZE = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """Return the 32-byte hash of a leaf, SHA-256(0x00 ‖ body)."""
    return hashlib.sha256(b"\x00" + body).digest()


def whole(hash: bytes) -> bytes:
    """Return the hash if it has 32 bytes, else `BadProof`."""
    if len(hash) != HASH_SIZE:
        raise BadProof(f"A hash has {HASH_SIZE} bytes, not {len(hash)}.")
    return hash


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the 32-byte hash of the node above two 32-byte hashes, SHA-256(0x01 ‖ left ‖ right).

    Other lengths are a `BadProof`: they would give one hash two meanings.
    """
    if len(left) != HASH_SIZE or len(right) != HASH_SIZE:
        raise BadProof(f"A hash has {HASH_SIZE} bytes, not {len(left)} and {len(right)}.")
    return hashlib.sha256(b"\x01" + left + right).digest()


def edge(hashes: Iterable[bytes]) -> list[bytes]:
    """Return the roots of the perfect subtrees over a row of hashes, the largest first."""
    roots: list[bytes] = []
    row = list(hashes)
    while row:
        if len(row) % 2:
            roots.append(whole(row.pop()))
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return roots[::-1]


def fold(edge: Sequence[bytes]) -> bytes:
    """Return the root of the tree with this right edge, the largest subtree first."""
    if not edge:
        return EMPTY_ROOT
    root = edge[-1]
    for left in reversed(edge[:-1]):
        root = node_hash(left, root)
    return root


def root(hashes: Iterable[bytes]) -> bytes:
    """Return the root over a row of leaf hashes; over none it is SHA-256 of nothing."""
    return fold(edge(hashes))

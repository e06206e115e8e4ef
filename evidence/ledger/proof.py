"""Proofs of inclusion and consistency: RFC 6962 §2.1.1 to 2.1.2, checked as RFC 9162 says. Pure.

Inclusion ties one leaf to a root. Consistency ties an older root to a newer one of the same tree:
nothing of the older tree was changed, removed or reordered. Making a proof asks for the roots of
subtrees; checking one needs nothing but the proof.

Plain RFC 6962, nothing shorter: home-made shortcuts have broken real logs.
"""

from collections.abc import Callable, Sequence

from evidence.errors import BadProof
from evidence.ledger.merkle import EMPTY_ROOT, HASH_SIZE, node_hash

LIMIT = 63
"""The most hashes of a proof: no tree has 2^63 leaves (C2SP tlog-witness)."""

Subtree = Callable[[int, int], bytes]
"""Gives the root over the leaves [start, stop)."""


def _split(start: int, stop: int) -> int:
    """Return where RFC 6962 cuts [start, stop): after the largest power of two that is smaller."""
    return start + (1 << ((stop - start - 1).bit_length() - 1))


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of `size` leaves, from the leaf upwards."""
    if not 0 <= index < size:
        raise BadProof(f"A tree of {size} leaves has no leaf {index}.")
    path = []
    start, stop = 0, size
    while stop - start > 1:
        middle = _split(start, stop)
        if index < middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start = middle
    return [subtree(*part) for part in reversed(path)]


def consistency(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new` leaves.

    It is empty from 0 and from a tree to itself.
    """
    if not 0 <= old <= new:
        raise BadProof(f"A tree of {old} leaves is not the beginning of one of {new} leaves.")
    if old in (0, new):
        return []
    path = []
    start, stop = 0, new
    while stop != old:
        middle = _split(start, stop)
        if old <= middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start = middle
    if start:  # otherwise the old tree is a whole subtree, and its root is known to the checker
        path.append((start, stop))
    return [subtree(*part) for part in reversed(path)]


def check_inclusion(
    *, index: int, size: int, leaf: bytes, path: Sequence[bytes], root: bytes
) -> None:
    """Return if the path ties the leaf's hash to the root (RFC 9162 §2.1.3.2), else `BadProof`."""
    if not 0 <= index < size:
        raise BadProof(f"Index {index} is not in a tree of {size} leaves.")
    _refuse_bad_hashes(leaf, root, *path)
    node, last, hash = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise BadProof("The inclusion proof has more hashes than the tree has levels.")
        if node & 1 or node == last:
            hash = node_hash(sibling, hash)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            hash = node_hash(hash, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof("The inclusion proof has fewer hashes than the tree has levels.")
    if hash != root:
        raise BadProof("The inclusion proof leads to another root: the leaf is not in this tree.")


def check_consistency(
    *, old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Return if the path ties the old root to the new one (RFC 9162 §2.1.4.2), else `BadProof`.

    From 0 the proof is empty, as C2SP tlog-witness has it, and the old root is that of no leaves.
    """
    if not 0 <= old <= new:
        raise BadProof(f"A tree of {new} leaves cannot grow out of one of {old}.")
    _refuse_bad_hashes(old_root, new_root, *path)
    if old == 0 and old_root != EMPTY_ROOT:
        raise BadProof("The root of no leaves is the SHA-256 of nothing, and nothing else.")
    if old in (0, new):
        if path:
            raise BadProof("The consistency proof has hashes where none belong.")
        if old == new and old_root != new_root:
            raise BadProof(f"There are two roots for the same {new} leaves.")
        return
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)  # the old tree is a whole subtree of the new one
    if not hashes:
        raise BadProof("The consistency proof is empty.")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    from_old = from_new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise BadProof("The consistency proof has more hashes than the tree has levels.")
        if node & 1 or node == last:
            from_old = node_hash(sibling, from_old)
            from_new = node_hash(sibling, from_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            from_new = node_hash(from_new, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof("The consistency proof has fewer hashes than the tree has levels.")
    if from_old != old_root:
        raise BadProof("The consistency proof does not lead to the old root: history was changed.")
    if from_new != new_root:
        raise BadProof("The consistency proof does not lead to the new root.")


def _refuse_bad_hashes(*hashes: bytes) -> None:
    if len(hashes) > LIMIT + 2:
        raise BadProof(f"A proof has at most {LIMIT} hashes, not {len(hashes) - 2}.")
    if any(len(hash) != HASH_SIZE for hash in hashes):
        raise BadProof(f"A hash of a proof does not have {HASH_SIZE} bytes.")

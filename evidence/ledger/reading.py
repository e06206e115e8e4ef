"""Proofs out of rows: tiles as stored, roots of subtrees, inclusion and consistency.

Reads only. A proof over a million records reads six tiles at most.
"""

import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection

from evidence.errors import BadProof
from evidence.ledger import proof, tiles
from evidence.ledger.merkle import HASH_SIZE
from evidence.ledger.proof_file import Consistency, Inclusion
from evidence.models import Checkpoint, Leaf, Log, Tile
from evidence.prepared import Prepared

_UPPER_TILES = 256
"""Full tiles above the leaves that a process keeps: 35 KB each, one for 65,536 records."""

_LAST = Prepared(
    lambda log: Checkpoint.objects.select_related("key").filter(log=log).order_by("-size")[:1]
)


def last_checkpoint(log: Log) -> Checkpoint | None:
    """Return the newest checkpoint of a log, None before its first."""
    return next(iter(_LAST.rows(log.pk)), None)


def checkpoint_over(log: Log, index: int) -> Checkpoint | None:
    """Return the first checkpoint that covers the record at `index`, None while none does."""
    rows = Checkpoint.objects.filter(log=log, size__gt=index).select_related("key")
    return rows.order_by("size").first()


def tile_hashes(log: Log, tile: tiles.Tile) -> list[bytes]:
    """Return the hashes of a tile, as many as are stored of its `width`."""
    if tile.width < tiles.WIDTH:
        return partial_hashes(log, tile)
    rows = Tile.objects.filter(log=log, level=tile.level, index=tile.index)
    row = bytes(rows.values_list("hashes", flat=True).first() or b"")
    return [row[at : at + HASH_SIZE] for at in range(0, len(row), HASH_SIZE)]


@lru_cache(maxsize=_UPPER_TILES)
def _upper(log_id: uuid.UUID, level: int, index: int) -> tiles.Rows:
    """Return the rows of a full tile above the leaves. It never changes, and is asked for often.

    Raises BadProof for a tile that is not there or not whole, so that such a one is not kept.
    """
    tile = tiles.Tile(level, index)
    return tiles.rows_over(tile, tile_hashes(Log(pk=log_id), tile))


def partial_hashes(log: Log, tile: tiles.Tile) -> list[bytes]:
    """Return the first hashes of a tile, full by now or not, from what it is made of."""
    start = tile.index * tiles.WIDTH
    span = {"log": log, "index__gte": start, "index__lt": start + tile.width}
    if tile.level == 0:
        leaves = Leaf.objects.filter(**span).order_by("index")
        return [bytes.fromhex(h) for h in leaves.values_list("record__leaf_hash", flat=True)]
    below = Tile.objects.filter(level=tile.level - 1, **span).order_by("index")
    return [bytes(root) for root in below.values_list("root", flat=True)]


_EDGE_LEAVES = (
    'SELECT 0, l."index", r.leaf_hash, NULL FROM evidence_leaf l '
    "JOIN evidence_record r ON r.id = l.record_id "
    'WHERE l.log_id = %s AND l."index" >= %s AND l."index" < %s'
)
_EDGE_TILES = (
    ' UNION ALL SELECT t.level + 1, t."index", NULL, t.root FROM evidence_tile t '
    'WHERE t.log_id = %s AND t.level = %s AND t."index" >= %s AND t."index" < %s'
)


def edge_hashes(log: Log, size: int) -> list[list[bytes]]:
    """Return the hashes of the partial tile of each level, for a tree of `size` leaves.

    One query for all levels, because every seal asks. ValueError where a row holds no hash.
    """
    key = Log._meta.pk.get_db_prep_value(log.pk, connection)
    values = [key, size - size % tiles.WIDTH, size]
    levels = 1
    while row := size >> (tiles.HEIGHT * levels):
        values += [key, levels - 1, row - row % tiles.WIDTH, row]
        levels += 1
    with connection.cursor() as cursor:
        cursor.execute(_EDGE_LEAVES + _EDGE_TILES * (levels - 1), values)
        found = sorted(cursor.fetchall(), key=lambda row: row[:2])
    edge: list[list[bytes]] = [[] for _ in range(levels)]
    for level, _, leaf_hash, root in found:
        edge[level].append(bytes(root) if leaf_hash is None else bytes.fromhex(leaf_hash))
    return edge


def subtrees(log: Log, size: int) -> tiles.Subtrees:
    """Return the roots of the subtrees of the log's first `size` records, each tile read once.

    Partial tiles are the last of their level, and come together in one query.
    """
    edge: list[list[bytes]] = []

    def read(tile: tiles.Tile) -> Sequence[bytes] | tiles.Rows:
        if tile.width == tiles.WIDTH:
            if tile.level:
                return _upper(log.pk, tile.level, tile.index)
            return tile_hashes(log, tile)
        if not edge:
            try:
                edge.extend(edge_hashes(log, size))
            except ValueError as error:
                raise BadProof(f"A leaf of {log} holds no hash. Run `manage.py fsck`.") from error
        return edge[tile.level]

    return tiles.Subtrees(size, read)


def inclusions(
    checkpoint: Checkpoint, indexes: Iterable[int], signed: bytes | None = None
) -> list[Inclusion]:
    """Return the proof for each index under one checkpoint; what they share is read once.

    `signed` is the checkpoint as it shall stand in the proofs, with cosignatures perhaps.
    """
    roots = subtrees(checkpoint.log, checkpoint.size)
    note = signed or bytes(checkpoint.note)
    return [
        Inclusion(index, proof.inclusion(index, checkpoint.size, roots), note) for index in indexes
    ]


def consistency(log: Log, old: int, checkpoint: Checkpoint) -> Consistency:
    """Return the proof that the first `old` records are the beginning of the checkpoint's."""
    path = proof.consistency(old, checkpoint.size, subtrees(log, checkpoint.size))
    return Consistency(old, path, bytes(checkpoint.note))


def consistency_path(log: Log, old: int, new: int) -> Sequence[bytes]:
    """Return the hashes that tie any two sizes of a log, the newer one below the last checkpoint's.

    `BadProof` where the sizes are not in order, or more than a checkpoint covers.
    """
    last = last_checkpoint(log)
    covered = last.size if last else 0
    if new > covered:
        raise BadProof(f"The newest checkpoint covers {covered} records, not {new}.")
    return proof.consistency(old, new, subtrees(log, new))

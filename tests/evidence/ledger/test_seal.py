"""Sealing gives pending records their places, and signs a tree that only grows."""

import hashlib
import itertools

import pytest

from evidence.ledger import checkpoint, merkle, proof, reading, tiles
from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.models import Checkpoint, Leaf, Log, Pending, Record, Tile
from tests.evidence.ledger.conftest import Append


def opened(row: Checkpoint) -> checkpoint.Checkpoint:
    said, _, _ = checkpoint.opened(bytes(row.note), [Key.parse(row.key.vkey)])
    return said


def test_a_log_without_records_has_no_checkpoint(log: Log) -> None:
    assert ledger.seal(log) is None


def test_sealing_signs_the_root_over_all_records_in_order(log: Log, append: Append) -> None:
    append(3)
    sealed = ledger.seal(log)
    assert sealed is not None
    leaves = Leaf.objects.filter(log=log).order_by("index")
    hashes = [merkle.leaf_hash(bytes(leaf.record.body)) for leaf in leaves]
    assert [leaf.index for leaf in leaves] == [0, 1, 2]
    assert opened(sealed) == checkpoint.Checkpoint(log.origin, 3, merkle.root(hashes))
    assert not Pending.objects.exists()


def test_sealing_again_without_new_records_signs_nothing(log: Log, append: Append) -> None:
    append(1)
    assert ledger.seal(log) == ledger.seal(log)
    assert Checkpoint.objects.count() == 1


def test_each_checkpoint_is_consistent_with_the_one_before(log: Log, append: Append) -> None:
    sealed = []
    for count in (1, 2, 254, 1, 300, 1):
        append(count)
        row = ledger.seal(log)
        assert row is not None
        sealed.append(row)
    for old, new in itertools.pairwise(sealed):
        proof.check_consistency(
            old=old.size,
            new=new.size,
            old_root=bytes(old.root),
            new_root=bytes(new.root),
            path=reading.consistency_path(log, old.size, new.size),
        )


def test_full_tiles_are_stored_and_partial_ones_follow_from_leaves(
    log: Log, append: Append
) -> None:
    append(600)
    ledger.seal(log)
    stored = [(tile.level, tile.index) for tile in Tile.objects.order_by("level", "index")]
    assert stored == [(0, 0), (0, 1)]
    for tile in tiles.tiles(600):
        assert len(reading.tile_hashes(log, tile)) == tile.width


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 513])
def test_every_record_is_proven_under_the_first_checkpoint_that_covers_it(
    log: Log, append: Append, size: int
) -> None:
    records = append(size)
    sealed = ledger.seal(log)
    append(5)
    ledger.seal(log)
    assert sealed is not None
    for record in records[:: max(1, size // 7)]:
        proven = ledger.prove(record)
        assert proven is not None
        assert proven.checkpoint == bytes(sealed.note)
        proof.check_inclusion(
            index=proven.index,
            size=size,
            leaf=hashlib.sha256(b"\0" + bytes(record.body)).digest(),
            path=proven.path,
            root=bytes(sealed.root),
        )


def test_a_pending_record_has_no_proof_yet(log: Log, append: Append) -> None:
    [record] = append(1)
    assert ledger.prove(record) is None
    assert ledger.index_of(record) is None
    assert Record.objects.get() == record

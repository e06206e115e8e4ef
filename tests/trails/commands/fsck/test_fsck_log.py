"""A log that somebody changed: `fsck` names the leaf, the tile or the checkpoint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import merkle
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Note, SigningKey
from evidence.models import Checkpoint, Contradiction, Cosignature, Leaf, LogKey, Pending, Tile
from tests.trails.commands.fsck.checked import (
    Everything,
    found,
    remove,
    set_column,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changes_are_taken_back")]


def at(made: Everything, index: int) -> Leaf:
    return Leaf.objects.get(log=made.rival, index=index)


def exchange(one: Leaf, other: Leaf) -> None:
    """Let two leaves change places."""
    set_column(one, "index", 1 << 40)
    set_column(other, "index", one.index)
    set_column(one, "index", other.index)


def last(made: Everything) -> Checkpoint:
    return Checkpoint.objects.filter(log=made.acme).latest("size")


def sign_again(row: Checkpoint, root: bytes, key: SigningKey) -> None:
    """Sign a checkpoint with another root or key, in its note and in its columns."""
    said = checkpoints.Checkpoint(row.log.origin, row.size, root)
    set_column(row, "root", root)
    set_column(row, "note", bytes(Note(said.text, [key.sign(said.text)])))


@pytest.mark.parametrize("index", [0, 5, 255, 256, 511, 512, 518])
def test_a_removed_leaf_is_a_gap_and_its_record_has_no_place(made: Everything, index: int) -> None:
    leaf = at(made, index)
    remove(leaf)
    assert {
        ("evidence_leaf", f"{made.rival.pk}/{index}"),
        ("evidence_record", str(leaf.pk)),
    } <= found()


def test_a_removed_leaf_under_a_full_tile_is_no_other_finding(made: Everything) -> None:
    leaf = at(made, 77)
    remove(leaf)
    assert found() == {
        ("evidence_leaf", f"{made.rival.pk}/77"),
        ("evidence_record", str(leaf.pk)),
    }


@pytest.mark.parametrize(("one", "other"), [(3, 9), (0, 255), (7, 300), (511, 513), (512, 515)])
def test_leaves_that_changed_places_are_named(made: Everything, one: int, other: int) -> None:
    leaves = [at(made, one), at(made, other)]
    exchange(*leaves)
    expected = {("evidence_leaf", str(leaf.pk)) for leaf in leaves if leaf.index < 512}
    expected |= {("evidence_leaf", str(leaf.pk)) for leaf in leaves if one >= 512}
    assert expected <= found()


def test_leaves_that_changed_places_before_a_full_tile_are_all_that_is_found(
    made: Everything,
) -> None:
    leaves = [at(made, 150), at(made, 170)]
    exchange(*leaves)
    assert found() == {("evidence_leaf", str(leaf.pk)) for leaf in leaves}


def test_a_leaf_that_was_moved_beyond_the_end_is_named(made: Everything) -> None:
    leaf = at(made, 40)
    set_column(leaf, "index", 100_000)
    assert {("evidence_leaf", str(leaf.pk)), ("evidence_leaf", f"{made.rival.pk}/40")} <= found()


def test_a_leaf_that_no_checkpoint_covers_is_named(made: Everything) -> None:
    pending = Pending.objects.filter(log=made.acme).earliest("pk")
    Leaf.objects.create(record_id=pending.record_id, log=made.acme, index=last(made).size)
    assert found() == {
        ("evidence_leaf", str(pending.record_id)),
        ("evidence_pending", str(pending.pk)),
    }


@pytest.mark.parametrize("byte", [0, 31, 4000, 8191])
def test_a_changed_byte_of_a_tile_is_named_and_nothing_else(made: Everything, byte: int) -> None:
    tile = Tile.objects.get(log=made.rival, level=0, index=1)
    changed = bytearray(bytes(tile.hashes))
    changed[byte] ^= 1
    set_column(tile, "hashes", bytes(changed))
    assert found() == {("evidence_tile", str(tile.pk))}


def test_a_changed_tile_with_the_root_that_goes_with_it_is_named(made: Everything) -> None:
    tile = Tile.objects.get(log=made.rival, level=0, index=0)
    hashes = bytes([bytes(tile.hashes)[0] ^ 1]) + bytes(tile.hashes)[1:]
    set_column(tile, "hashes", hashes)
    set_column(tile, "root", merkle.root(hashes[i : i + 32] for i in range(0, 8192, 32)))
    assert found() == {("evidence_tile", str(tile.pk))}


@pytest.mark.parametrize("hashes", [b"", b"x" * 31, b"x" * 8193])
def test_a_tile_of_another_length_is_named(made: Everything, hashes: bytes) -> None:
    tile = Tile.objects.get(log=made.rival, level=0, index=0)
    set_column(tile, "hashes", hashes)
    assert found() == {("evidence_tile", str(tile.pk))}


def test_a_removed_tile_is_missed_and_one_too_many_named(made: Everything) -> None:
    remove(Tile.objects.get(log=made.rival, level=0, index=1))
    extra = Tile.objects.create(
        log=made.rival, level=1, index=0, hashes=b"x" * 8192, root=b"x" * 32
    )
    assert found() == {
        ("evidence_tile", f"{made.rival.pk}/0/1"),
        ("evidence_tile", str(extra.pk)),
    }


def test_another_root_is_named_even_where_the_log_itself_signed_it(made: Everything) -> None:
    row = Checkpoint.objects.filter(log=made.rival).order_by("size")[1]
    sign_again(row, b"x" * 32, signing_key(made.rival.origin))
    assert found() == {("evidence_checkpoint", str(row.pk))}


def test_a_checkpoint_signed_by_another_key_is_named(made: Everything) -> None:
    row = last(made)
    stranger = SigningKey(made.acme.origin, Ed25519PrivateKey.generate())
    sign_again(row, bytes(row.root), stranger)
    assert ("evidence_checkpoint", str(row.pk)) in found()


def test_the_checkpoint_of_another_log_under_our_name_is_named(made: Everything) -> None:
    row, other = last(made), Checkpoint.objects.filter(log=made.rival).latest("size")
    set_column(row, "note", bytes(other.note))
    assert ("evidence_checkpoint", str(row.pk)) in found()


def test_a_removed_checkpoint_is_missed_by_the_one_after_it(made: Everything) -> None:
    rows = list(Checkpoint.objects.filter(log=made.rival).order_by("size"))
    remove(rows[1])
    assert found() == {("evidence_checkpoint", str(rows[2].pk))}


def test_a_removed_newest_checkpoint_is_missed_by_leaves_and_the_published_copy(
    made: Everything,
) -> None:
    rows = list(Checkpoint.objects.filter(log=made.rival).order_by("size"))
    remove(rows[-1])
    uncovered = Leaf.objects.filter(log=made.rival, index__gte=rows[-2].size)
    assert found() == {("evidence_leaf", str(leaf.pk)) for leaf in uncovered} | {
        ("evidence_log", str(made.rival.pk))
    }


def test_a_checkpoint_that_nobody_sealed_is_named(made: Everything) -> None:
    newest = Checkpoint.objects.filter(log=made.rival).latest("size")
    said = checkpoints.Checkpoint(made.rival.origin, 1 << 60, b"x" * 32)
    added = Checkpoint.objects.create(
        log=made.rival,
        size=said.size,
        previous_size=newest.size,
        root=said.root,
        note=bytes(Note(said.text, [signing_key(made.rival.origin).sign(said.text)])),
        key=newest.key,
    )
    assert found() == {
        ("evidence_checkpoint", str(added.pk)),
        ("evidence_leaf", f"{made.rival.pk}/{newest.size}"),
    }


def test_a_key_that_has_signed_nothing_is_named(made: Everything) -> None:
    stranger = SigningKey(made.acme.origin, Ed25519PrivateKey.generate())
    row = LogKey.objects.create(log=made.acme, vkey=stranger.key.vkey)
    assert found() == {("evidence_logkey", str(row.pk))}


def test_a_cosignature_over_another_checkpoint_is_named(made: Everything) -> None:
    one, other = Cosignature.objects.order_by("pk")[:2]
    set_column(one, "line", other.line)
    assert ("evidence_cosignature", str(one.pk)) in found()


def test_a_contradiction_is_reported_until_it_is_explained(made: Everything) -> None:
    row = Contradiction.objects.create(
        log=made.acme, source="w.example", size=1 << 40, reason="It saw more.", at=timezone.now()
    )
    assert found() == {("evidence_contradiction", str(row.pk))}


@pytest.fixture
def published_copy(made: Everything) -> Iterator[Path]:
    [path] = made.folder.glob(f"checkpoints/{made.acme.pk}.checkpoint")
    kept = path.read_bytes()
    yield path
    path.write_bytes(kept)


@pytest.mark.parametrize("more", [1, 0, -1])
def test_a_copy_outside_the_database_that_says_otherwise_is_reported(
    made: Everything, published_copy: Path, more: int
) -> None:
    newest = last(made)
    said = checkpoints.Checkpoint(made.acme.origin, newest.size + more, b"x" * 32)
    published_copy.write_bytes(bytes(Note(said.text, [signing_key(said.origin).sign(said.text)])))
    rows = {("evidence_checkpoint", str(row.pk)) for row in Checkpoint.objects.all()}
    [row] = found()
    assert row == ("evidence_log", str(made.acme.pk)) if more == 1 else row in rows


def test_a_damaged_copy_outside_the_database_is_reported(
    made: Everything, published_copy: Path
) -> None:
    published_copy.write_bytes(b"garbage")
    assert found() == {("evidence_log", str(made.acme.pk))}


def test_a_record_removed_with_its_leaf_leaves_a_gap(made: Everything) -> None:
    leaf = at(made, 515)
    remove(leaf)
    remove(leaf.record)
    assert ("evidence_leaf", f"{made.rival.pk}/515") in found()

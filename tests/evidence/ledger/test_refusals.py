"""Where rows contradict what was signed, nothing more is signed.

Reports go on being accepted: their records stay pending, and the refusal says what is wrong.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from evidence.errors import NotSealed
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import log as ledger
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Note, SigningKey, new_private_key, private_key
from evidence.models import Contradiction, Leaf, Log, Pending
from tests.evidence.ledger.conftest import Append, Capture
from tests.evidence.ledger.refusing import SIZE, grown, refuses
from tests.plugins.roles import lifted

TILED = 259  # a full tile, and three records beside it


@pytest.fixture
def tiled(log: Log, append: Append) -> Log:
    """A log of `TILED` records, whose right edge is read from a tile."""
    return grown(log, append, TILED)


def tamper(sql: str, *params: Any) -> None:
    """Change rows as the owner of the database can."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with lifted(connection):
            cursor.execute(sql, params)
            assert cursor.rowcount == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [("root", b"\1" * 32), ("root", b"\1"), ("size", SIZE + 1)],
    ids=["root", "short root", "size"],
)
def test_a_checkpoint_whose_columns_were_altered(
    sealed: Log, report: Callable[[], None], column: str, value: Any
) -> None:
    tamper(f"UPDATE evidence_checkpoint SET {column} = %s WHERE size = %s", value, SIZE)  # noqa: S608
    refuses(sealed, report, "The columns of checkpoint", sealed.origin, "fsck")


def test_a_checkpoint_whose_note_was_altered(sealed: Log, report: Callable[[], None]) -> None:
    newest = ledger.last_checkpoint(sealed)
    assert newest is not None
    note = bytes(newest.note).replace(b"\n7\n", b"\n6\n")
    tamper("UPDATE evidence_checkpoint SET note = %s WHERE size = %s", note, SIZE)
    refuses(sealed, report, "was altered", "not valid for this text")


def test_a_checkpoint_that_another_key_has_signed(sealed: Log, report: Callable[[], None]) -> None:
    with_other_key = checkpoints.Checkpoint(sealed.origin, SIZE, b"\1" * 32).text
    other = SigningKey(sealed.origin, private_key(new_private_key()))
    note = bytes(Note(with_other_key, [other.sign(with_other_key)]))
    tamper(
        "UPDATE evidence_checkpoint SET note = %s, root = %s WHERE size = %s",
        note,
        b"\1" * 32,
        SIZE,
    )
    refuses(sealed, report, "was altered", "not signed by any key")


def test_a_key_of_the_log_that_was_altered(sealed: Log, report: Callable[[], None]) -> None:
    vkey = signing_key(sealed.origin).key.vkey
    tamper("UPDATE evidence_logkey SET vkey = %s WHERE vkey = %s", f"{vkey}x", vkey)
    refuses(sealed, report, "was altered")


def test_the_checkpoint_of_another_log(sealed: Log, report: Callable[[], None]) -> None:
    origin = "trails.example.com/rival"
    text = checkpoints.Checkpoint(origin, SIZE, b"\1" * 32).text
    note = bytes(Note(text, [signing_key(origin).sign(text)]))
    tamper("UPDATE evidence_checkpoint SET note = %s WHERE size = %s", note, SIZE)
    refuses(sealed, report, "was altered")


def test_the_newest_checkpoint_removed(sealed: Log, report: Callable[[], None]) -> None:
    tamper("DELETE FROM evidence_checkpoint WHERE size = %s", SIZE)
    refuses(sealed, report, f"covers {SIZE} records", f"only {SIZE - 2}", "older copy")


@pytest.mark.parametrize(
    "hash", ["0" * 64, "00", "", "no hash at all"], ids=["other", "short", "empty", "nonsense"]
)
def test_a_leaf_of_the_right_edge_altered(
    sealed: Log, report: Callable[[], None], hash: str
) -> None:
    leaf = Leaf.objects.get(log=sealed, index=SIZE - 1)
    field = Leaf._meta.get_field("record")
    record = field.get_db_prep_value(leaf.record_id, connection)
    tamper("UPDATE evidence_record SET leaf_hash = %s WHERE id = %s", hash, record)
    refuses(sealed, report, f"the root that was signed over {SIZE} records", "fsck")


def test_a_leaf_of_the_right_edge_removed(sealed: Log, report: Callable[[], None]) -> None:
    tamper('DELETE FROM evidence_leaf WHERE "index" = %s', SIZE - 2)
    refuses(sealed, report, f"the root that was signed over {SIZE} records")


@pytest.mark.parametrize("root", [b"\1" * 32, b"\1", b""], ids=["other", "short", "empty"])
def test_a_tile_of_the_right_edge_altered(
    tiled: Log, report: Callable[[], None], root: bytes
) -> None:
    tamper("UPDATE evidence_tile SET root = %s WHERE level = %s", root, 0)
    refuses(tiled, report, f"the root that was signed over {TILED} records")


def test_a_tile_of_the_right_edge_removed(tiled: Log, report: Callable[[], None]) -> None:
    tamper("DELETE FROM evidence_tile WHERE level = %s", 0)
    refuses(tiled, report, f"the root that was signed over {TILED} records")


def test_a_leaf_that_no_checkpoint_covers(
    sealed: Log, append: Append, report: Callable[[], None]
) -> None:
    [record] = append(1)
    Leaf(record=record, log=sealed, index=SIZE).save()
    Pending.objects.filter(record=record).delete()
    refuses(sealed, report, f"{SIZE} records", "fsck")


def test_somebody_who_contradicts_the_log(sealed: Log, report: Callable[[], None]) -> None:
    reason = "It has cosigned 900 records."
    now = timezone.now()
    Contradiction.objects.create(log=sealed, source="w1", size=900, reason=reason, at=now)
    refuses(sealed, report, reason, "w1")


@pytest.mark.parametrize("hash", ["00", "no hash at all"], ids=["short", "nonsense"])
def test_a_pending_record_altered_so_that_it_has_no_hash(
    sealed: Log, append: Append, hash: str, django_capture_on_commit_callbacks: Capture
) -> None:
    [record] = append(1)
    id = Leaf._meta.get_field("record").get_db_prep_value(record.pk, connection)
    tamper("UPDATE evidence_record SET leaf_hash = %s WHERE id = %s", hash, id)
    with django_capture_on_commit_callbacks(execute=True):
        append(1)
    assert Pending.objects.filter(log=sealed).count() == 2
    with pytest.raises(NotSealed, match=f"pending record {record.pk} is no hash: '{hash}'"):
        ledger.seal(sealed)

"""Rows that no code of ours would write: `fsck` goes on to its end and names them."""

from typing import Any

import pytest
from django.db import connection

from evidence.findings import Finding, Kind
from evidence.ledger import merkle, statement
from evidence.models import Checkpoint, Cosignature, Leaf, LogKey, Record, Tile, Witnessed
from tests.trails.commands.fsck.checked import Everything, found, run
from trails.models import (
    Activity,
    Attestation,
    Disposal,
    Evidence,
    Hold,
    HoldRelease,
    TrailVersion,
    UserData,
    Workflow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changes_are_taken_back")]

NEST = b'{"a":' * 9000 + b"1" + b"}" * 9000
BODIES = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"{}",
    b"1e999",
    b"9" * 5000,
    b"x" * 70_000,
    b"[" * 60_000,
    NEST,
    b'{"_type":"https://in-toto.io/Statement/v1"}',
    statement.canonical(
        {
            "_type": statement.STATEMENT_TYPE,
            "subject": [{"name": "x", "digest": {"sha256": "0" * 64}}],
            "predicateType": statement.ATTESTATION,
            "predicate": {"by": [], "at": {}, "evidence": [1, None, {"digest": 4}], "user_data": 3}
            | {"external": "x", "number": [], "id": {}, "step": None, "version": []},
        }
    ),
]


def overwrite(row: Any, column: str, value: Any) -> None:
    """Write a value as the driver takes it, past every field of Django's."""
    meta = row._meta
    key = meta.pk.get_db_prep_save(row.pk, connection)
    sql = f'UPDATE "{meta.db_table}" SET "{column}" = %s WHERE "{meta.pk.column}" = %s'  # noqa: S608
    assert run(sql, value, key) == 1


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:20]))
@pytest.mark.parametrize("model", [Attestation, TrailVersion, Activity, Disposal, Hold])
def test_a_malformed_body_is_a_finding(made: Everything, model: Any, body: bytes) -> None:
    row = model.objects.filter(record__isnull=False).earliest("pk")
    overwrite(row.record, "body", body)
    assert ("evidence_record", str(row.record_id)) in found()


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:20]))
def test_a_malformed_body_with_the_hashes_that_go_with_it_is_a_finding(
    made: Everything, body: bytes
) -> None:
    row = Attestation.objects.filter(user_data__isnull=False).earliest("pk").record
    overwrite(row, "body", body)
    overwrite(row, "sha256", statement.sha256(body))
    overwrite(row, "leaf_hash", merkle.leaf_hash(body).hex())
    assert found() & {("evidence_record", str(row.pk)), ("trails_attestation", str(row.pk))} or (
        "evidence_checkpoint" in {table for table, _ in found()}
    )


@pytest.mark.parametrize("value", ["", "zz", "\N{GREEK SMALL LETTER ALPHA}" * 64, "0" * 63, "é"])
def test_a_leaf_hash_that_is_none_is_a_finding(made: Everything, value: str) -> None:
    row = Leaf.objects.get(log=made.rival, index=515).record
    overwrite(row, "leaf_hash", value)
    assert ("evidence_record", str(row.pk)) in found()


@pytest.mark.parametrize(
    "note", [b"", b"\xff", b"\n\n\n", b"a\n1\nAAAA\n\n\xe2\x80\x94 a AAAA\n", b"x" * (1 << 20)]
)
def test_notes_that_are_none_are_findings(made: Everything, note: bytes) -> None:
    row = Checkpoint.objects.filter(log=made.acme).latest("size")
    witnessed = Witnessed.objects.latest("number")
    overwrite(row, "note", note)
    overwrite(row, "root", b"")
    overwrite(witnessed, "note", note)
    assert {
        ("evidence_checkpoint", str(row.pk)),
        ("evidence_witnessed", str(witnessed.pk)),
        ("evidence_published", str(row.pk)),
    } <= found()


@pytest.mark.parametrize("text", ["", "a+b+c", "\n", "\N{EM DASH} w 0", "x" * 600])
def test_keys_and_lines_that_are_none_are_findings(made: Everything, text: str) -> None:
    key = LogKey.objects.get(log=made.acme)
    cosigned = Cosignature.objects.earliest("pk")
    overwrite(key, "vkey", text)
    overwrite(cosigned, "vkey", text)
    overwrite(cosigned, "line", text)
    assert {
        ("evidence_logkey", str(key.pk)),
        ("evidence_cosignature", str(cosigned.pk)),
    } <= found()


@pytest.fixture
def sqlite(made: Everything) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps every column to its type")


@pytest.mark.usefixtures("sqlite")
@pytest.mark.parametrize("value", [b"\xff\xfe", 1.5, "text"])
@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Record, "body"),
        (Record, "sha256"),
        (Record, "predicate_type"),
        (Record, "id"),
        (Record, "log_id"),
        (Leaf, "record_id"),
        (Leaf, "index"),
        (Tile, "hashes"),
        (Tile, "level"),
        (Checkpoint, "size"),
        (Checkpoint, "root"),
        (Attestation, "at"),
        (Attestation, "occurred_at"),
        (Attestation, "is_compliant"),
        (Attestation, "number"),
        (Attestation, "description"),
        (Evidence, "name"),
        (Evidence, "position"),
        (Evidence, "blob_id"),
        (UserData, "text"),
        (UserData, "size"),
        (Workflow, "trail_id"),
        (Disposal, "id"),
        (Disposal, "workflow_id"),
        (Disposal, "up_to"),
        (Disposal, "reason"),
        (Disposal, "at"),
        (Disposal, "record_id"),
        (Hold, "id"),
        (Hold, "trail_id"),
        (Hold, "workflow_id"),
        (HoldRelease, "at"),
        (HoldRelease, "hold_id"),
    ],
)
def test_a_value_of_another_type_is_a_finding(
    made: Everything, model: Any, column: str, value: Any
) -> None:
    # Without its constraints, as the owner of the file can have it.
    run("PRAGMA ignore_check_constraints = 1")
    try:
        row = model.objects.earliest("pk")
        overwrite(row, column, value)
        rows = found()
    finally:
        run("PRAGMA ignore_check_constraints = 0")
    table = model._meta.db_table
    if column == model._meta.pk.column:
        assert any(table == named for named, _ in rows)
    else:
        assert (table, str(row.pk)) in rows


@pytest.mark.usefixtures("sqlite")
def test_text_that_is_not_utf8_is_a_finding(made: Everything) -> None:
    row = Attestation.objects.earliest("pk")
    key = row.pk.hex
    run("UPDATE trails_attestation SET description = CAST(x'ff41' AS TEXT) WHERE id = %s", key)
    run("UPDATE trails_evidence SET name = CAST(x'ff41' AS TEXT) WHERE attestation_id = %s", key)
    assert ("trails_attestation", str(row.pk)) in found()
    # What others read is as strict as before.
    with pytest.raises(Exception, match="decode"):
        row.refresh_from_db()


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC"])
def test_a_moment_that_no_calendar_has_is_a_finding(made: Everything, moment: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite any text does for a moment: tested with the types")
    row = Attestation.objects.earliest("pk")
    overwrite(row, "at", moment)
    assert ("trails_attestation", str(row.pk)) in found()


def test_a_file_name_cannot_move_the_cursor_of_whoever_reads_the_findings() -> None:
    line = str(Finding(Kind.ALTERED, "trails_evidence", "1", "\x1b[2J\r\N{RIGHT-TO-LEFT OVERRIDE}"))
    assert line.isprintable()

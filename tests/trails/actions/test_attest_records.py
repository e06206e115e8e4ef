"""An attestation's rows and its record say the same, whatever was reported."""

import datetime
import hashlib
import json
from typing import Any

import pytest

from evidence.ledger import statement
from evidence.vault import store
from tests.plugins.world import World
from trails.models import Attestation

LONG_AGO = datetime.datetime(1, 1, 1, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=-3)))

REPORTS: dict[str, dict[str, Any]] = {
    "bare": {},
    "without a verdict": {"is_compliant": None},
    "non-compliant": {"is_compliant": False, "description": "Refused:\r\nno ticket\t."},
    "decomposed": {"step": "Cafe\u0301", "description": "e\u0301 \u1112\u1161\u11ab"},
    "emoji and script": {"description": "😀 <script>alert(1)</script> ${x} {{x}} %s"},
    "old": {"occurred_at": LONG_AGO},
    "free data": {"user_data": '{"b":[1.5,null],"a":"\\u0000"}'},
    "links": {
        "external": [
            {"name": "e\u0301", "uri": "https://tickets.example.com/OPS-1?a=b#c"},
            {"uri": "s3://dumps/1", "digest": {"sha256": "a" * 64}},
        ]
    },
    "files": {"files": {"a.json": b"{}", "../../b.log": b"", "\u202egnp.exe": b"\x00\xff" * 9}},
    "a name that is taken": {"files": {"user-data.json": b"1", "external.txt": b"2"}},
}


@pytest.mark.parametrize("kind", REPORTS)
def test_rows_say_what_the_record_says(kind: str, world: World) -> None:
    workflow = world.begin()
    world.attest(workflow)
    made = world.attest(workflow, **REPORTS[kind])
    row = Attestation.objects.select_related("record", "user_data").get(pk=made.pk)
    body = bytes(row.record.body)
    said = statement.parse(body)
    assert said["subject"] == [
        {"name": workflow.subject, "digest": {"sha256": workflow.record.sha256}}
    ]
    assert row.record.sha256 == hashlib.sha256(body).hexdigest()
    assert row.record.leaf_hash == hashlib.sha256(b"\x00" + body).hexdigest()
    assert row.record.predicate_type == said["predicateType"] == statement.ATTESTATION
    data = getattr(row, "user_data", None)
    assert said["predicate"] == {
        "id": str(row.pk),
        "step": row.step,
        "number": row.number,
        "is_compliant": row.is_compliant,
        "description": row.description,
        "evidence": [
            {
                "name": file.name,
                "digest": {"sha256": file.blob_id},
                "mediaType": file.media_type,
                "annotations": {"size": str(file.blob.size)},
            }
            for file in row.evidence.order_by("position")
        ],
        "user_data": {"digest": {"sha256": data.sha256}} if data else None,
        "external": row.external,
        "occurred_at": statement.timestamp(row.occurred_at) if row.occurred_at else None,
        "overrides": None,
        "reason": None,
        "by": {"kind": row.by_kind, "id": row.by_id, "name": row.by_name},
        "at": statement.timestamp(row.at),
    }
    assert row.number == 2
    if data:
        assert hashlib.sha256(data.text.encode()).hexdigest() == data.sha256


def test_files_keep_their_order_and_their_bytes_under_safe_names(world: World) -> None:
    given = {"z.log": b"1", "../a.log": b"2", "a.log": b"3", "A.LOG": b"1", "\x00": b"4"}
    files = world.attest(world.begin(), files=given).evidence.order_by("position")
    assert [file.name for file in files] == ["z.log", "a.log", "a (2).log", "A (3).LOG", "evidence"]
    assert [file.position for file in files] == [1, 2, 3, 4, 5]
    read = [b"".join(store.read(f.blob_id, 0, f.blob.size)) for f in files]
    assert read == list(given.values())


def test_a_list_of_files_too_long_for_a_record_is_a_file_of_its_own(world: World) -> None:
    made = world.attest(world.begin(), files={f"{n:04}.log": b"%d" % n for n in range(400)})
    listing = made.evidence_list
    assert listing is not None
    said = statement.parse(bytes(made.record.body))["predicate"]["evidence"]
    assert said == [
        statement.descriptor(
            "evidence-list.json",
            listing.sha256,
            listing.size,
            "application/vnd.trailkeeper.evidence-list+json",
        )
    ]
    described = json.loads(b"".join(store.read(listing.sha256, 0, listing.size)))
    assert [(d["name"], d["digest"]["sha256"]) for d in described] == [
        (file.name, file.blob_id) for file in made.evidence.order_by("position")
    ]
    assert made.evidence.count() == 400

"""Attesting an event: what is reported is what is recorded, and the answer tells all of it."""

import hashlib
import json

from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.models import Attestation

REPORT = {
    "step": "command-logs",
    "is_compliant": True,
    "description": "Commands of the session",
    "user_data": {"task": "0199bb27", "nested": [1, 2.5, None, "Zoë"]},
    "external": [
        {"uri": "s3://audit/a.cast", "name": "recording", "digest": {"sha256": "0" * 64}},
        {"uri": "https://example.com/b"},
    ],
    "occurred_at": "2026-11-24T05:05:40.123456789+01:00",
}
FILES = [("second.json", b"{}"), ("first.log", b"$ whoami\nroot\n")]


def test_an_attestation_is_answered_with_everything_about_it(api: Api, run: str) -> None:
    answer = api.attest(run, REPORT, FILES)
    assert answer.status == 201
    found = answer.json
    assert answer.headers["Location"] == found["url"]
    assert (found["number"], found["step"], found["state"]) == (1, "command-logs", "compliant")
    assert [(e["name"], e["sha256"], e["size"], e["sent_as"]) for e in found["evidence"]] == [
        (name, hashlib.sha256(data).hexdigest(), len(data), None) for name, data in FILES
    ]
    assert found["workflow"]["state"] == "incomplete"
    assert found["workflow"]["reasons"] == [
        "`user-identity` has not been attested.",
        "`service-identity` has not been attested.",
    ]
    row = Attestation.objects.get()
    assert found["record"] == {
        "id": str(row.record_id),
        "sha256": row.record.sha256,
        "index": None,  # nothing is sealed inside of a test's transaction
    }


def test_what_was_reported_can_be_read_back(api: Api, run: str) -> None:
    made = api.attest(run, REPORT, FILES).json
    found = api.get(made["url"]).json
    assert found["user_data"] == REPORT["user_data"]
    assert found["occurred_at"] == "2026-11-24T04:05:40.123456Z"
    assert [link["uri"] for link in found["external"]] == [
        "s3://audit/a.cast",
        "https://example.com/b",
    ]
    assert found["by"] == {"kind": "service-account", "id": found["by"]["id"], "name": "robot"}
    for evidence, (_, data) in zip(found["evidence"], FILES, strict=True):
        assert api.get(evidence["url"]).content == data
    statement = json.loads(api.get(found["statement_url"]).content)
    assert (
        statement["predicate"]["user_data"]["digest"]["sha256"]
        == (found["user_data_digest"]["sha256"])
    )


def test_a_report_without_files_may_come_as_json_alone(api: Api, run: str) -> None:
    body = json.dumps(REPORT).encode()
    answer = api.call("POST", f"{run}/attestations", "writer", body)
    assert (answer.status, answer.json["evidence"]) == (201, [])


def test_a_form_without_files_and_a_verdict_of_null_are_recorded(api: Api, run: str) -> None:
    found = api.attest(run, {"step": "note", "is_compliant": None}).json
    assert (found["state"], found["is_compliant"], found["evidence"]) == ("recorded", None, [])


def test_an_empty_file_is_evidence(api: Api, run: str) -> None:
    [file] = api.attest(run, {"step": "a", "is_compliant": True}, [("empty.log", b"")]).json[
        "evidence"
    ]
    assert (file["size"], file["sha256"]) == (0, hashlib.sha256(b"").hexdigest())
    assert api.get(file["url"]).content == b""


def test_a_later_attestation_supersedes_the_earlier(api: Api, run: str) -> None:
    first = api.attest(run, {"step": "command-logs", "is_compliant": False}).json
    second = api.attest(run, {"step": "command-logs", "is_compliant": True}).json
    assert (first["superseded"], second["superseded"]) == (False, False)
    assert api.get(first["url"]).json["superseded"] is True
    assert [a["superseded"] for a in api.get(f"{run}/attestations").json["attestations"]] == [
        True,
        False,
    ]


def test_an_attestation_is_found_under_its_own_workflow_only(
    api: Api, world: World, run: str
) -> None:
    made = api.attest(run, REPORT, FILES).json
    world.begin("run-9")
    elsewhere = made["url"].replace("run-1", "run-9")
    file = made["evidence"][0]["id"]
    for path in ("", "/statement", f"/evidence/{file}"):
        assert api.get(elsewhere + path).status == 404
        assert api.get(made["url"] + path).status == 200

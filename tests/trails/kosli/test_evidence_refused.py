"""A7 over the wire: what does not fit is named, and nothing of it is recorded."""

from typing import Any

import pytest

from tests.trails.kosli.wire import BOUNDARY, Wire, form, trail, wire

__all__ = ["trail", "wire"]
SHA256 = "a" * 64


def said(**fields: Any) -> dict[str, Any]:
    return {"external_id": "run-1", "step": "one", "user_data": {}} | fields


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"step": "three"}, "step"),
        ({"step": ""}, "step"),
        ({"step": None}, "step"),
        ({"step": "\ud800"}, "step"),
        ({"external_id": 5}, "external_id"),
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url"),
        ({"evidence_url": 5}, "evidence_url"),
        ({"evidence_fingerprint": "abc"}, "evidence_fingerprint"),
        ({"evidence_fingerprint": SHA256 + "0"}, "evidence_fingerprint"),
        ({"user_data": float("nan")}, "evidence_json"),
        ({"is_compliant": True}, "is_compliant"),
    ],
)
def test_what_does_not_fit_is_named(
    wire: Wire, trail: str, fields: dict[str, Any], field: str
) -> None:
    path = wire.workflow(trail)
    got = wire.report(trail, said(**fields), ("a.txt", b"x"))
    assert (got.status, list(got.json["errors"])) == (400, [field])
    assert wire.call("GET", path).json["evidence"] == {}
    assert list((wire.server.vault_root / "staging").iterdir()) == []


def test_an_unknown_step_is_told_the_known_ones(wire: Wire, trail: str) -> None:
    wire.workflow(trail)
    text = f"'three' is not a step of audit trail {trail}. Its steps are: 'one', 'two'."
    assert wire.report(trail, said(step="three")).json["errors"] == {"step": text}


@pytest.mark.parametrize("id", ["nope", "a\0b", "\ud800", "a/b"])
def test_an_unknown_workflow_does_not_exist_in_the_words_of_a7(
    wire: Wire, trail: str, id: str
) -> None:
    wire.workflow(trail)
    got = wire.report(trail, said(external_id=id))
    text = f"Workflow with ID '{id}' does not exist for audit trail {trail} in organization 'acme'"
    assert (got.status, got.json) == (404, {"message": text})


@pytest.mark.parametrize("name", ["nope", "a/b"])
def test_an_unknown_audit_trail_does_not_exist(wire: Wire, name: str) -> None:
    text = f"Audit Trail called '{name}' does not exist for organization 'acme'"
    assert wire.report(name, said()).json == {"message": text}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (form("{"), "evidence_json"),
        (form("[" * 100_000), "evidence_json"),
        (form('{"a": ' + "9" * 5000 + "}"), "evidence_json"),
        (form("{}").replace(b"evidence_json", b"data_json"), "evidence_json"),
        (form("{}", ("a", b"")).replace(b"evidence_file", b"attachment"), "attachment"),
    ],
)
def test_a_form_that_is_not_the_contract_s_is_refused(
    wire: Wire, trail: str, body: bytes, field: str
) -> None:
    wire.workflow(trail)
    path = f"/api/v2/evidence/acme/workflow/{trail}/generic"
    multipart = f"multipart/form-data; boundary={BOUNDARY}"
    got = wire.send("POST", path, body, Content_Type=multipart)
    assert got.status == 400 and field in got.json["errors"]
    plain = wire.call("POST", path, said())
    assert plain.status == 400 and "multipart/form-data" in plain.json["message"]

"""A7 over the wire: what is recorded is what was sent."""

import hashlib
import json
from typing import Any

import pytest

from tests.trails.kosli.wire import BOUNDARY, Wire, trail, wire

__all__ = ["trail", "wire"]
SHA256 = "a" * 64


def said(**fields: Any) -> dict[str, Any]:
    return {"external_id": "run-1", "step": "one", "user_data": {}} | fields


def test_a_file_is_kept_to_the_byte(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    data = bytes(range(256)) * 5000 + b"\r\n--" + BOUNDARY.encode()[:-1]
    assert wire.report(trail, said(), ("evidence.tgz", data)).status == 201
    (file,) = wire.call("GET", path).json["evidence"]["one"][0]["files"]
    sha256 = hashlib.sha256(data).hexdigest()
    assert (file["name"], file["size"], file["sha256"]) == ("evidence.tgz", len(data), sha256)
    assert file["url"].endswith("/raw"), "the address of the bytes, not of the page that shows them"
    blob = f"blobs/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    assert wire.server.vault.read(blob) == data


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Überprüfung 監査.log", "Überprüfung 監査.log"),
        ('say "hi".txt', "say _hi_.txt"),
        ("back\\slash.txt", "slash.txt"),
        ("../../etc/passwd", "passwd"),
        ("100%.txt", "100_.txt"),
        ("", "evidence"),
    ],
)
def test_a_hostile_name_is_made_safe_and_the_bytes_stay(
    wire: Wire, trail: str, sent: str, kept: str
) -> None:
    wire.workflow(trail)
    got = wire.report(trail, said(), (sent, b"x"))
    assert got.status == 201
    assert [(file["name"], file["size"]) for file in got.json["files"]] == [(kept, 1)]


def test_an_empty_file_is_evidence_too(wire: Wire, trail: str) -> None:
    wire.workflow(trail)
    assert wire.report(trail, said(), ("empty.log", b"")).json["files"][0]["size"] == 0


@pytest.mark.parametrize(
    "user_data", [[1, {"b": 1, "a": None}], "text", 0, False, [], {"a": "%\0"}]
)
def test_user_data_is_any_json(wire: Wire, trail: str, user_data: Any) -> None:
    wire.workflow(trail)
    got = wire.report(trail, said(user_data=user_data))
    text = json.dumps(user_data, sort_keys=True, separators=(",", ":"))
    assert got.status == 201
    assert got.json["user_data_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("fields", [{}, {"user_data": None}, {"evidence_url": ""}])
def test_user_data_may_be_none(wire: Wire, trail: str, fields: dict[str, Any]) -> None:
    wire.workflow(trail)
    got = wire.report(trail, {"external_id": "run-1", "step": "one"} | fields)
    assert (got.status, got.json["user_data_sha256"], got.json["external"]) == (201, "", [])


def test_a_fingerprint_belongs_to_the_url_and_alone_becomes_the_description(
    wire: Wire, trail: str
) -> None:
    wire.workflow(trail)
    url = "https://files.example.com/a%20b"
    linked = wire.report(trail, said(evidence_url=url, evidence_fingerprint=SHA256.upper()))
    assert linked.json["external"] == [{"name": url, "uri": url, "digest": {"sha256": SHA256}}]
    alone = wire.report(trail, said(evidence_fingerprint=SHA256))
    assert SHA256 in alone.json["description"] and alone.json["external"] == []


def test_a_step_that_the_trail_got_later_is_taken(wire: Wire, trail: str) -> None:
    wire.workflow(trail)
    payload = {"name": trail, "description": "", "steps": ["one", "two", "three"]}
    wire.call("PUT", "/api/v2/audit_trails/acme", payload)
    assert wire.report(trail, said(step="three")).status == 201

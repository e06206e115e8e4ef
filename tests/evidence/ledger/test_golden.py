"""The bytes of statements, as they were when a release first wrote them. They never change."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from evidence.ledger import merkle, statement

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "statements"
NAMES = sorted(path.stem for path in VECTORS.glob("*.json"))


def vector(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_same_facts_give_the_same_bytes(name: str) -> None:
    golden = vector(name)
    body = statement.build(**golden["given"])
    assert body.decode() == golden["body"]
    assert statement.sha256(body) == golden["sha256"] == hashlib.sha256(body).hexdigest()
    # RFC 6962 §2.1: a leaf is hashed with a zero byte in front, so that it is never a node.
    assert merkle.leaf_hash(body).hex() == golden["leaf_hash"]
    assert golden["leaf_hash"] == hashlib.sha256(b"\x00" + body).hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_the_bytes_are_read_as_the_facts(name: str) -> None:
    golden = vector(name)
    found = statement.parse(golden["body"].encode())
    assert found["predicate"] == golden["given"]["predicate"]
    assert found["subject"][0]["name"] == golden["given"]["subject"]


def test_there_is_a_vector_of_every_predicate_type() -> None:
    assert {vector(name)["given"]["predicate_type"] for name in NAMES} == statement.PREDICATES


def test_the_words_in_the_bytes_are_those_of_the_format() -> None:
    assert statement.STATEMENT_TYPE == "https://in-toto.io/Statement/v1"
    kinds = ("activity:1", "attestation:1", "trail:1", "trail:2", "workflow:1")
    assert sorted(statement.PREDICATES) == [f"urn:trailkeeper:{kind}" for kind in kinds]
    assert statement.BODY_LIMIT == 65_535

"""Only the canonical bytes of a statement are read as one: a changed byte is another statement."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import NotCanonical
from evidence.ledger import statement

BODY = statement.build(
    subject="acme/prod-server-access/run-1",
    subject_sha256="a" * 64,
    predicate_type=statement.WORKFLOW,
    predicate={"id": "run-1", "description": "é", "trail_version": 1},
)


def changed(**fields: Any) -> bytes:
    """Return the statement with other fields, in canonical JSON."""
    value = json.loads(BODY) | fields
    return statement.canonical({key: item for key, item in value.items() if item is not ...})


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_is_another_fact(position: int, flip: int) -> None:
    body = bytearray(BODY)
    body[position] ^= flip
    try:
        found = statement.parse(bytes(body))
    except NotCanonical:
        return
    assert found != statement.parse(BODY)
    assert statement.canonical(found) == bytes(body)


@given(st.integers(0, len(BODY)), st.sampled_from([b" ", b"\n", b"\t", b"\x00", b"\xef\xbb\xbf"]))
def test_white_space_is_never_read_over(position: int, space: bytes) -> None:
    body = BODY[:position] + space + BODY[position:]
    try:
        found = statement.parse(body)
    except NotCanonical:
        return
    assert statement.canonical(found) == body  # it went into a text, which then says otherwise
    assert found != statement.parse(BODY)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(json.loads(BODY)).encode(),
        json.dumps(json.loads(BODY), separators=(",", ":")).encode(),
        json.dumps(json.loads(BODY), separators=(",", ":"), sort_keys=True).encode(),
        BODY.replace("é".encode(), "e\u0301".encode()),
        BODY.replace(b'"trail_version":1', b'"trail_version":1.0'),
        BODY.replace(b'"trail_version":1', b'"trail_version":1,"trail_version":1'),
        BODY.replace(b'"trail_version":1', b'"trail_version":NaN'),
        BODY.replace("é".encode(), b"\xff"),
        BODY.replace("é".encode(), rb"\ud800"),
        BODY.replace(b"run-1", rb"\u0072un-1"),
        BODY[:-1],
        BODY + BODY,
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"7",
        b"{}",
        b"9" * 5000,
        b"[" * 60_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_the_same_in_other_bytes_is_refused(body: bytes) -> None:
    with pytest.raises(NotCanonical, match="not a canonical statement"):
        statement.parse(body)


@pytest.mark.parametrize(
    "fields",
    [
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"_type": ...},
        {"predicateType": "urn:trailkeeper:attestation:2"},
        {"predicateType": []},
        {"predicateType": ...},
        {"predicate": None},
        {"subject": []},
        {"subject": [{"name": "x", "digest": {"sha256": "a" * 64}}] * 2},
        {"subject": [{"name": "x", "digest": {"sha256": "A" * 64}}]},
        {"subject": [{"name": "x", "digest": {"sha256": "a" * 64, "sha1": "b"}}]},
        {"subject": [{"name": 7, "digest": {"sha256": "a" * 64}}]},
        {"more": 1},
    ],
)
def test_canonical_json_that_is_no_statement_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(NotCanonical, match="FORMATS §1"):
        statement.parse(changed(**fields))


def sized(size: int) -> bytes:
    """Return a statement of so many bytes."""
    empty = len(changed(predicate={"description": ""}))
    return changed(predicate={"description": "x" * (size - empty)})


def test_a_statement_fills_an_entry_of_the_log_and_no_more() -> None:
    assert statement.parse(sized(65_535))
    with pytest.raises(NotCanonical, match="65535"):
        statement.parse(sized(65_536))
    with pytest.raises(NotCanonical, match="at most 65535"):
        statement.build(
            subject="acme",
            subject_sha256="a" * 64,
            predicate_type=statement.ACTIVITY,
            predicate={"verb": "é" * 40_000},
        )


def test_a_predicate_type_outside_the_format_is_not_built() -> None:
    with pytest.raises(NotCanonical, match="not a predicate type"):
        statement.build(
            subject="acme", subject_sha256="a" * 64, predicate_type="urn:other:1", predicate={}
        )

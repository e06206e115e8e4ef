"""One fact has one sequence of bytes, and what would need a second way to write it is refused."""

import datetime
import json
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import NotCanonical
from evidence.ledger import statement

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
keys = st.text(st.characters(max_codepoint=127), max_size=10)
leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5)
)


def composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [composed(item) for item in value]
    if isinstance(value, dict):
        return {key: composed(item) for key, item in value.items()}
    return value


@given(values)
def test_what_is_written_is_read_as_the_same_and_written_as_the_same_again(value: Any) -> None:
    body = statement.canonical(value)
    assert json.loads(body) == composed(value)
    assert statement.canonical(json.loads(body)) == body


@given(st.dictionaries(keys, leaves, min_size=2, max_size=6))
def test_the_order_in_which_facts_are_given_does_not_matter(value: dict[str, Any]) -> None:
    backwards = dict(reversed(value.items()))
    assert statement.canonical(value) == statement.canonical(backwards)


def test_text_is_composed_and_written_as_it_is() -> None:
    assert statement.canonical("e\u0301") == statement.canonical("é") == '"é"'.encode()
    # RFC 8785 §3.2.2.2: short escapes where JSON has them, small hex digits elsewhere.
    assert statement.canonical('\x00\x1f\x7f\n\t\b"\\/€😀') == (
        b'"\\u0000\\u001f\x7f\\n\\t\\b\\"\\\\/' + "€😀".encode() + b'"'
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        {"é": 1},
        {1: 1},
        {None: 1},
        "\ud800",
        ["\udfff"],
        {"\ud800": 1},
        b"bytes",
        memoryview(b"bytes"),
        {"a set"},
        datetime.datetime.now(datetime.UTC),
        {"deep": [{"deeper": 0.5}]},
    ],
)
def test_what_has_no_canonical_bytes_is_refused(value: Any) -> None:
    with pytest.raises(NotCanonical):
        statement.canonical(value)


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53) + 1, 0, True, False, None])
def test_numbers_that_every_reader_reads_the_same_are_written(value: Any) -> None:
    assert statement.canonical(value) == json.dumps(value).encode()


def moment(text: str) -> str:
    return statement.timestamp(datetime.datetime.fromisoformat(text))


def test_times_are_written_in_utc_with_microseconds() -> None:
    assert moment("2026-11-24T05:05:40.123456+01:00") == "2026-11-24T04:05:40.123456Z"
    assert moment("2026-11-24T04:05:40Z") == "2026-11-24T04:05:40.000000Z"
    assert moment("0900-01-01T00:00:00Z") == "0900-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    "text", ["2026-11-24T04:05:40", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"]
)
def test_a_time_that_has_no_utc_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        moment(text)


def test_a_body_with_many_marks_in_another_order_is_refused_at_once() -> None:
    body = ('{"text":"a' + "\u0315\u0316" * 10**6 + '"}').encode()
    begun = time.monotonic()
    assert not statement.is_canonical(json.loads(body), body)
    assert time.monotonic() - begun < 5

"""JSON is read strictly, and no JSON at all, however strange, makes the server fail."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trails.api.conftest import Api
from trails.errors import Invalid
from trails.http.strict_json import DEPTH, strict

GOOD = {"step": "a", "is_compliant": True}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"a": 1, "a": 2}', "twice"),
        ('{"x": {"a": 1, "a": 1}}', "twice"),
        ("[NaN]", "NaN"),
        ("[-Infinity]", "Infinity"),
        ("[1e400]", "too large"),
        ("[" + "1" * 5000 + "]", "too long"),
        ('["a\\u0000b"]', "NUL"),
        ('{"a\\u0000": 1}', "NUL"),
        ('["\\ud800"]', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ("[" * (DEPTH + 1) + "]" * (DEPTH + 1), "nested deeper"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested deeper"),
        ("[1,]", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ('["\t"]', "not JSON"),
        ("", "not JSON"),
        ("\ufeff{}", "not JSON"),
    ],
)
def test_what_could_be_understood_in_two_ways_is_refused(text: str, part: str) -> None:
    with pytest.raises(Invalid) as refused:
        strict(text)
    assert part in refused.value.message
    assert len(refused.value.message) < 300


def test_bytes_that_are_not_utf_8_are_refused() -> None:
    with pytest.raises(Invalid):
        strict(b'["\xff"]')
    with pytest.raises(Invalid):
        strict('{"a": 1}'.encode("utf-16"))


def test_a_whole_surrogate_pair_is_text_and_the_last_level_is_not_too_deep() -> None:
    assert strict('["\\ud83d\\ude00"]') == ["😀"]
    text = "[" * DEPTH + "]" * DEPTH
    assert json.dumps(strict(text)) == text


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from([*"abc", "step", "is_compliant", "description", "user_data"]) | (
    st.sampled_from(["external", "occurred_at", "uri", "name", "digest", "sha256"])
)
reports = st.dictionaries(fields, anything, max_size=6).map(lambda found: {**GOOD, **found})
links = st.lists(st.dictionaries(fields, anything, max_size=4), max_size=3)


@given(report=reports, external=st.none() | links)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_report_makes_the_server_fail(api: Api, run: str, report: Any, external: Any) -> None:
    if external is not None:
        report = report | {"external": external}
    assert api.attest(run, report, [("a.log", b"a")]).status in {201, 400}


@given(text=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_text_makes_the_server_fail(api: Api, run: str, text: bytes) -> None:
    assert api.attest(run, text).status in {201, 400}
    assert api.call("POST", f"{run}/attestations", "robot", text).status in {201, 400, 415}
    assert api.call("PUT", f"{run}-x", "robot", text).status in {200, 201, 400, 415}

"""JSON is laid out without touching a single number, text or key."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trails.web.pretty import pretty

LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(JSON)
def test_it_reads_as_what_it_was_and_looks_as_python_would_lay_it_out(value: object) -> None:
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    assert pretty(compact) == json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("text", ["1.10", "1E400", "-0.0", "123456789012345678901234567890"])
def test_numbers_stay_as_they_were_written(text: str) -> None:
    assert pretty(f'{{"n":{text}}}') == f'{{\n  "n": {text}\n}}'


def test_depth_costs_neither_a_stack_nor_a_square() -> None:
    deep = "[" * 20_000 + "]" * 20_000
    assert pretty(deep).count("[") == 20_000
    assert len(pretty(deep)) < 4_000_000

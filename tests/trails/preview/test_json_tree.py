"""JSON as a tree: exact, without recursion, and never larger than its bounds."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trails.preview.json_tree import DEPTH, NotJson, Part, tree

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def whole(text: str) -> str:
    """Put a tree together again, without its blanks."""
    out = ""
    for node in tree(text, nodes=10**9).nodes:
        if out and out[-1] not in "[{" and node.part is not Part.CLOSE:
            out += ","
        out += f"{node.key}:" if node.key else ""
        out += node.text
    return out


@given(VALUES)
def test_nothing_is_lost_and_nothing_is_changed(value: object) -> None:
    text = json.dumps(value, separators=(",", ":"))
    assert whole(json.dumps(value, indent=1)) == text


def test_numbers_stay_as_they_are_written() -> None:
    text = "[1.00,1E400,12345678901234567890.0,-0]"
    assert whole(text) == text


def test_a_name_that_comes_twice_is_told() -> None:
    assert tree('{"a":1,"b":{"a":2},"a":3}').doubled == ['"a"']


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1,]", "[1 2]", '{"a"}', '{"a":}', "[1}", "{1:2}", "01", "nul", '"a', "1 2", "[,]",
     '{"a":1,}', "'a'", "+1", "[1]]", '"\t"', "NaN"],
)  # fmt: skip
def test_what_breaks_the_rules_is_refused(text: str) -> None:
    with pytest.raises(NotJson):
        tree(text)


def test_a_hundred_thousand_levels_are_only_long() -> None:
    began = time.monotonic()
    found = tree("[" * 100_000 + "]" * 100_000)
    assert time.monotonic() - began < 10
    assert len(found.nodes) <= 2 * DEPTH + 1
    hidden = [node for node in found.nodes if node.hidden]
    assert len(hidden) == 1 and hidden[0].text.endswith("…")
    opened = sum(node.part is Part.OPEN and not node.hidden for node in found.nodes)
    assert opened == sum(node.part is Part.CLOSE for node in found.nodes)


def test_a_tree_of_many_values_is_cut_and_stays_whole() -> None:
    found = tree("[" + ",".join("[1,[2]]" for _ in range(1000)) + "]", nodes=100)
    assert found.is_cut and len(found.nodes) < 250
    opened = sum(node.part is Part.OPEN and not node.hidden for node in found.nodes)
    assert opened == sum(node.part is Part.CLOSE for node in found.nodes)
    assert found.nodes[0].count == 1000

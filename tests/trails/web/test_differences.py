"""What differs between two versions is said completely, and costs little whatever they hold."""

import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trails.models import TrailVersion
from trails.web.differences import LINES_COMPARED, differences


def version(*steps: str, description: str = "", visibility: str = "private") -> TrailVersion:
    """Return a version with steps; an optional one ends in a question mark."""
    rows = [{"name": step.rstrip("?"), "required": not step.endswith("?")} for step in steps]
    return TrailVersion(description=description, visibility=visibility, steps=rows)


def said(before: TrailVersion, after: TrailVersion) -> list[tuple[Any, ...]]:
    return [(c.kind, c.name, c.was, c.place) for c in differences(before, after).steps]


def test_nothing_differs_between_equals() -> None:
    one = version("a", "b?", description="Text")
    assert differences(one, one).is_empty


def test_steps_are_added_removed_moved_and_required() -> None:
    before, after = version("a", "b", "c", "d?"), version("c", "a", "d", "e?")
    assert said(before, after) == [
        ("removed", "b", 2, None),
        ("moved", "c", 3, 1),
        ("required", "d", None, 3),
        ("added", "e", None, 4),
    ]
    assert said(version("a"), version("a?")) == [("optional", "a", None, 1)]
    # A step that only gives way to others is not said to have moved.
    assert said(version("a", "b"), version("x", "a", "b")) == [("added", "x", None, 1)]


def test_lines_of_the_description_are_compared() -> None:
    before = version(description="one\ntwo\nthree\nfour\nfive\nsix\nseven")
    after = version(description="one\n2\nthree\nfour\nfive\nsix\n7")
    lines = [(line.kind, line.text) for line in differences(before, after).description]
    assert lines == [
        ("same", "one"), ("removed", "two"), ("added", "2"), ("same", "three"), ("cut", ""),
        ("same", "six"), ("removed", "seven"), ("added", "7"),
    ]  # fmt: skip


def test_a_first_or_last_text_is_added_or_removed() -> None:
    empty, text = version(), version(description="- text\n+ more")
    assert [line.kind for line in differences(empty, text).description] == ["added"] * 2
    assert [line.text for line in differences(text, empty).description] == ["- text", "+ more"]


def test_visibility_is_said_only_where_it_changed() -> None:
    assert differences(version(), version(visibility="public")).visibility == "public"
    assert differences(version(), version()).visibility is None


def test_long_texts_are_shown_whole_instead_of_compared_for_minutes() -> None:
    many = LINES_COMPARED + 1
    before = version(description="\n".join("ab"[n % 2] for n in range(many)))
    after = version(description="\n".join("ba"[n % 2] for n in range(many)))
    lines = differences(before, after).description
    assert [line.kind for line in lines] == ["removed", "added"]
    worst = [
        version(description="\n".join(chr(97 + n * k % 13) for n in range(LINES_COMPARED)))
        for k in (1, 5)
    ]
    begun = time.monotonic()
    differences(*worst)
    assert time.monotonic() - begun < 2


NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(NAMES, NAMES)
def test_following_what_is_said_leads_from_one_to_the_other(
    before: list[str], after: list[str]
) -> None:
    changes = differences(version(*before), version(*after)).steps
    gone = {c.name for c in changes if c.kind in ("removed", "moved")}
    found = [name for name in before if name not in gone]
    for change in sorted((c for c in changes if c.place), key=lambda c: c.place or 0):
        found.insert((change.place or 1) - 1, change.name)
    assert found == after

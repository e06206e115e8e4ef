"""What was looked for is marked in lines, whatever their colours, in time that grows with them."""

import re
import time

import pytest

from trails.preview import search
from trails.preview.terminal import Runs
from trails.web.preview_marks import Marks


def marked(runs: Runs, words: str) -> str:
    html = Marks(search.pattern(words)).runs(runs)
    return re.sub(r"</?span[^>]*>", "|", html)


@pytest.mark.parametrize(
    ("runs", "words", "expected"),
    [
        ([("one two", "")], "two", "one <mark>two</mark>"),
        ([("two", "")], "two", "<mark>two</mark>"),
        ([("aa", "")], "a", "<mark>a</mark><mark>a</mark>"),
        ([("a-a", "")], "a", "<mark>a</mark>-<mark>a</mark>"),
        ([("o", "red"), ("ne", "")], "one", "|<mark>o</mark>|<mark>ne</mark>"),
        ([("x", ""), ("o", "red"), ("ney", "")], "one", "x|<mark>o</mark>|<mark>ne</mark>y"),
        ([("<b>", "")], "b", "&lt;<mark>b</mark>&gt;"),
        ([("none", "red")], "two", "|none|"),
    ],
)
def test_words_are_marked(runs: Runs, words: str, expected: str) -> None:
    assert marked(runs, words) == expected


@pytest.mark.parametrize(
    "runs",
    [
        [("a" * (1 << 17), "")],
        [("ab", f"c{at % 2}") for at in range(1 << 15)],
    ],
    ids=["one long run", "many short runs"],
)
def test_a_line_full_of_what_is_looked_for_is_soon_marked(runs: Runs) -> None:
    began = time.process_time()
    assert Marks(search.pattern("a")).line(1, runs).count("<mark>") >= 1 << 15
    assert time.process_time() - began < 3.0

"""Cells that a spreadsheet must not run."""

import time

import pytest

from trails.tables import harmless, line


@pytest.mark.parametrize(
    "bad",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1"),
        *("a;=1", "a,+1", "a\t@x", "a\n=1", "\uff1d1", "a; -1"),
    ],
)
def test_a_formula_becomes_text(bad: str) -> None:
    import re

    found = harmless(bad)
    assert found != bad
    assert found.replace("'", "") == bad
    assert not re.search(r"(?:^|[;,|\t\r\n])\s*[=+\-@\uff1d]", found)


@pytest.mark.parametrize("good", ["run-1", "2026-11-24T05:00:00+00:00", "a@b.example", "", "a = b"])
def test_other_texts_stay_as_they_are(good: str) -> None:
    assert harmless(good) == good


def test_many_beginnings_of_cells_cost_no_more_than_other_characters() -> None:
    began = time.process_time()
    assert harmless("\n" * 200_000) == "'" + "\n" * 200_000
    assert time.process_time() - began < 2


def test_a_line_is_as_the_format_says() -> None:
    assert line(["a", 'say "x"', "b,c", 3]) == 'a,"say ""x""","b,c",3\r\n'

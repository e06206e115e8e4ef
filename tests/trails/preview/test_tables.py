"""Tables are cut to so many rows and columns, and a cell is nothing but text."""

import time

import pytest

from trails.preview.tables import COLUMNS, ROWS, NotATable, table


def test_rows_and_columns_are_cut_and_counted() -> None:
    began = time.monotonic()
    text = "".join(",".join(f"c{n}" for n in range(10_000)) + "\n" for _ in range(ROWS + 5))
    found = table(text)
    assert (len(found.heading), len(found.rows), found.columns) == (COLUMNS, ROWS, 10_000)
    assert found.more_rows
    assert time.monotonic() - began < 10


def test_quotes_tabs_and_semicolons_are_known() -> None:
    assert table('a,"b, ""c"""\n1,2\n').heading == ["a", 'b, "c"']
    assert table("a\tb\n1\t2\n", tabs=True).rows == [["1", "2"]]
    assert table("a;b\n1,5;2\n").rows == [["1,5", "2"]]


def test_a_formula_is_text() -> None:
    assert table("a,b\n=1+1,x\n").rows == [["=1+1", "x"]]


def test_rows_of_different_lengths_are_told() -> None:
    found = table("a,b,c\n1\n")
    assert found.ragged and found.rows == [["1", "", ""]]


@pytest.mark.parametrize("text", ["", "one column\nonly\n", 'a,"' + "x" * 200_000])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(NotATable):
        table(text)

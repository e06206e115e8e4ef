"""The first rows of a table that was written as text (RFC 4180, or with tabs). Pure.

A cell is text and nothing more: `=HYPERLINK(…)` is shown, and calculated by nobody.
"""

import csv
from dataclasses import dataclass

ROWS = 200
COLUMNS = 50
CELL = 500  # characters
BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, rows of as many cells, and how much there is beside."""

    heading: list[str]
    rows: list[list[str]]
    columns: int  # of the widest row
    more_rows: bool
    ragged: bool  # rows have different lengths


class NotATable(ValueError):
    """The text cannot be read as a table."""


def table(text: str, *, tabs: bool = False) -> Table:
    """Return the first rows and columns of a table. `NotATable` if its quotes do not fit."""
    delimiter = "\t" if tabs else _delimiter(text[:4096])
    found: list[list[str]] = []
    widths: set[int] = set()
    more = False
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            if len(found) > ROWS:
                more = True
                break
            widths.add(len(row))
            found.append([_cell(cell) for cell in row[:COLUMNS]])
    except csv.Error as error:
        raise NotATable(str(error)) from error
    if not found or max(widths) < 2:
        raise NotATable("there is one column")
    shown = min(COLUMNS, max(widths))
    found = [row + [""] * (shown - len(row)) for row in found]
    return Table(found[0], found[1:], max(widths), more, len(widths) > 1)


def _cell(cell: str) -> str:
    return cell if len(cell) <= CELL else cell[:CELL] + "…"


def _delimiter(sample: str) -> str:
    """Return the comma, or the semicolon of spreadsheets in countries with decimal commas."""
    first = sample.split("\n", 1)[0]
    return ";" if first.count(";") > first.count(",") else ","

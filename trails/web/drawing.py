"""The small drawings of pages, as numbers for SVG: counts by state as a bar, days as columns. Pure.

What is drawn is also said in words beside it or in its label: no drawing is the only way to a fact.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from trails.words import WorkflowState

BAR_WIDTH = 100
# So that one non-compliant workflow among a million is seen.
_LEAST = 2.0
COLUMNS_HEIGHT = 24
_COLUMN, _GAP = 4, 1
_ORDER = (WorkflowState.COMPLIANT, WorkflowState.INCOMPLETE, WorkflowState.NON_COMPLIANT)


class Share(NamedTuple):
    """The workflows in one state: how many, and their part of the bar."""

    state: str
    number: int
    x: float
    width: float


class Column(NamedTuple):
    """One day: how many, and the rectangle."""

    day: datetime.date
    number: int
    x: int
    y: float
    height: float


class Columns(NamedTuple):
    """Days side by side, and what is said of them."""

    columns: list[Column]
    width: int
    height: int
    total: int
    most: Column | None


def shares(counts: Mapping[str, int]) -> list[Share]:
    """Return the states that any workflow is in, with parts that fill the bar exactly."""
    present = [(state.value, counts.get(state.value, 0)) for state in _ORDER]
    present = [(state, number) for state, number in present if number > 0]
    total = sum(number for _state, number in present)
    widths = [max(_LEAST, BAR_WIDTH * number / total) for _state, number in present]
    scale = BAR_WIDTH / sum(widths) if widths else 0
    found, x = [], 0.0
    for (state, number), width in zip(present, widths, strict=True):
        found.append(Share(state, number, round(x, 2), round(width * scale, 2)))
        x += width * scale
    return found


def columns(days: Sequence[tuple[datetime.date, int]]) -> Columns:
    """Return a column per day, the oldest first; a day without anything keeps a base line."""
    most = max((number for _day, number in days), default=0)
    drawn = []
    for place, (day, number) in enumerate(days):
        height = max(1.0, COLUMNS_HEIGHT * number / most) if most else 1.0
        if number:
            height = max(3.0, height)
        x = place * (_COLUMN + _GAP)
        drawn.append(Column(day, number, x, round(COLUMNS_HEIGHT - height, 2), round(height, 2)))
    return Columns(
        drawn,
        len(drawn) * (_COLUMN + _GAP) - _GAP if drawn else 0,
        COLUMNS_HEIGHT,
        sum(number for _day, number in days),
        next((column for column in drawn if most and column.number == most), None),
    )

"""Drawings as numbers: parts fill the bar, the rare is seen, every day has its column."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from trails.web.drawing import BAR_WIDTH, COLUMNS_HEIGHT, columns, shares
from trails.words import WorkflowState

COUNTS = st.fixed_dictionaries({s.value: st.integers(0, 10**7) for s in WorkflowState})


@given(COUNTS)
def test_parts_fill_the_bar_and_none_is_too_thin_to_see(counts: dict[str, int]) -> None:
    parts = shares(counts)
    assert sum(part.number for part in parts) == sum(counts.values())
    if parts:
        assert abs(sum(part.width for part in parts) - BAR_WIDTH) < 0.1
        assert min(part.width for part in parts) > 1.5
    assert {part.state for part in parts} == {state for state, number in counts.items() if number}


@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_every_day_has_a_column_inside_the_drawing(numbers: list[int]) -> None:
    first = datetime.date(2026, 1, 1)
    drawn = columns([(first + datetime.timedelta(days=n), k) for n, k in enumerate(numbers)])
    assert [column.number for column in drawn.columns] == numbers
    assert drawn.total == sum(numbers)
    for column in drawn.columns:
        assert column.y >= 0 and column.y + column.height <= COLUMNS_HEIGHT + 0.01
        assert column.x + 4 <= drawn.width
    assert (drawn.most is None) == (not any(numbers))

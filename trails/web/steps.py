"""The steps editor as plain rows of a form: an order number, a name, required or optional.

Works without JavaScript: a row is added by submitting, and taken out by emptying its name. Which
names are allowed is decided by `trails.actions.inputs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.http import QueryDict

from trails.errors import Invalid
from trails.words import STEPS_LIMIT

_SPARE_ROWS = 3  # empty ones of a new trail


@dataclass(frozen=True, slots=True)
class StepRow:
    """What a row of the editor holds, as it was typed."""

    order: str = ""
    name: str = ""
    required: bool = True


def rows_of(steps: Sequence[dict[str, Any]]) -> list[StepRow]:
    """Return the rows of recorded steps, and empty ones to go on with."""
    rows = [
        StepRow(str(number), step["name"], step["required"])
        for number, step in enumerate(steps, start=1)
    ]
    return with_spare(rows, 1 if rows else _SPARE_ROWS)


def rows_typed(form: QueryDict) -> list[StepRow]:
    """Return the rows of a submitted editor."""
    columns = [
        form.getlist(f"step_{key}")[: STEPS_LIMIT + 1] for key in ("order", "name", "needed")
    ]
    return [
        StepRow(order, name, needed != "optional")
        for order, name, needed in zip_longest(*columns, fillvalue="")
    ]


def with_spare(rows: Sequence[StepRow], spare: int = 1) -> list[StepRow]:
    """Return the rows and some empty ones after them, with the numbers that come next."""
    numbers = [int(row.order) for row in rows if _is_number(row.order)]
    following = max(numbers, default=0) + 1
    return [*rows, *(StepRow(str(following + place)) for place in range(spare))]


def steps_of(rows: Sequence[StepRow]) -> list[dict[str, Any]]:
    """Return the named rows as steps in the order of their numbers; equal numbers keep their place.

    A number that is none is `Invalid`.
    """
    named = [row for row in rows if row.name.strip()]
    for row in named:
        if not _is_number(row.order):
            raise Invalid(
                f"'{row.order}' is no place for '{row.name}'. Write a number such as 1, 2, 3.",
                field="steps",
            )
    named.sort(key=lambda row: int(row.order))
    return [{"name": row.name, "required": row.required} for row in named]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7

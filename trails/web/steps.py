"""The steps editor as plain rows of a form: an order number, a name, required or optional.

Works without JavaScript: a row is added by submitting, and taken out by emptying its name. Which
names are allowed is decided by `trails.actions.inputs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from trails.actions import inputs
from trails.errors import Invalid
from trails.words import STEPS_LIMIT

_SPARE_ROWS = 3  # empty ones of a new trail


@dataclass(frozen=True, slots=True)
class StepRow:
    """What a row of the editor holds, as it was typed, and why it was refused."""

    order: str = ""
    name: str = ""
    required: bool = True
    error: str = ""


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


def checked(rows: Sequence[StepRow]) -> list[StepRow]:
    """Return the rows, those that cannot be steps with the reason in them."""
    names: set[str] = set()
    found = []
    for row in rows:
        error = _error(row, names) if row.name.strip() else ""
        names.add(row.name.strip().casefold())
        found.append(replace(row, error=error))
    return found


def steps_of(rows: Sequence[StepRow]) -> list[dict[str, Any]]:
    """Return the named rows as steps in the order of their numbers; equal numbers keep their place.

    Give it rows that `checked` found nothing wrong with.
    """
    named = sorted((row for row in rows if row.name.strip()), key=lambda row: int(row.order))
    return [{"name": row.name, "required": row.required} for row in named]


def _error(row: StepRow, earlier: set[str]) -> str:
    if not _is_number(row.order):
        return _("'%(order)s' is no place for '%(name)s'. Write a number such as 1, 2, 3.") % {
            "order": row.order,
            "name": row.name,
        }
    try:
        name = inputs.step_name(row.name, "steps")
    except Invalid as error:
        return error.message
    if name.casefold() in earlier:
        return _("The step '%(name)s' is there twice.") % {"name": name}
    return ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7

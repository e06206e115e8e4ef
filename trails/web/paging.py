"""Keyset paging: a page is what follows a key in the order of an index; nothing is counted."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet
from django.http import QueryDict

from trails.errors import Invalid
from trails.paging import Page, take
from trails.words import NAME

__all__ = [
    "Leaf",
    "Page",
    "batches",
    "both_ways",
    "both_ways_by_number",
    "name_in",
    "number_in",
    "take",
    "uuid_in",
]

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Row]):
    """Rows from the newest to the oldest, and whether there are older and newer ones."""

    rows: list[Row]
    older: bool
    newer: bool

    @property
    def first(self) -> Row:
        """Return the row before which the newer ones are."""
        return self.rows[0]

    @property
    def last(self) -> Row:
        """Return the row after which the older ones are."""
        return self.rows[-1]


def both_ways(rows: QuerySet[Any], query: QueryDict, key: str, size: int) -> Leaf[Any]:
    """Return the newest rows; with `?before=` older ones than an id, with `?after=` newer ones.

    A row that came in meanwhile never moves what stands on a page: the ids are its place.
    """
    before, after = uuid_in(query, "before"), uuid_in(query, "after")
    return _leaf(rows, key, before, after, size)


def _leaf(rows: QuerySet[Any], key: str, before: Any, after: Any, size: int) -> Leaf[Any]:
    if after is not None and before is None:
        upwards = take(rows.filter(**{f"{key}__gt": after}).order_by(key)[: size + 1], size)
        return Leaf(upwards.rows[::-1], older=True, newer=upwards.more)
    if before is not None:
        rows = rows.filter(**{f"{key}__lt": before})
    found = take(rows.order_by(f"-{key}")[: size + 1], size)
    return Leaf(found.rows, older=found.more, newer=before is not None)


def both_ways_by_number(rows: QuerySet[Any], query: QueryDict, size: int) -> Leaf[Any]:
    """Return the same where the place is a `number`, which no two rows share."""
    before, after = number_in(query, "before"), number_in(query, "after")
    return _leaf(rows, "number", before, after, size)


def batches(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """Yield all rows, newest first, so many at a time and each time by a query of its own."""
    rows = rows.order_by("-pk")
    before: uuid.UUID | None = None
    while batch := list((rows.filter(pk__lt=before) if before else rows)[:size]):
        yield batch
        before = batch[-1].pk


def uuid_in(query: QueryDict, key: str) -> uuid.UUID | None:
    """Return the id that a query names, None when it names none."""
    value = query.get(key, "")
    if not value:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        raise Invalid(f"'{value}' is not an id. Follow the links between pages.") from None


def number_in(query: QueryDict, key: str, digits: int = 9) -> int | None:
    """Return the number that a query names, None when it names none."""
    value = query.get(key, "")
    if not value:
        return None
    # More digits than any count here has; a database would refuse the number with an error.
    if not (value.isascii() and value.isdigit() and len(value) <= digits):
        raise Invalid(f"'{value}' is not a number. Follow the links between pages.")
    return int(value)


def name_in(query: QueryDict, key: str) -> str:
    """Return the name that a query names, an empty text when it names none."""
    value = query.get(key, "")
    if value and not NAME.fullmatch(value):
        raise Invalid(f"{value!r} is not a name. Follow the links between pages.")
    return value

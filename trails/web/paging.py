"""Keyset paging: a page is what follows a key in the order of an index; nothing is counted."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from django.http import QueryDict

from trails.errors import Invalid
from trails.words import NAME

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows in order, and whether more follow."""

    rows: list[Row]
    more: bool

    @property
    def last(self) -> Row:
        """Return the row after which the next page begins."""
        return self.rows[-1]


def take(rows: Iterable[Row], size: int) -> Page[Row]:
    """Return a page of the first `size` rows. Give it a queryset cut to one row more than that."""
    found = list(islice(rows, size + 1))
    return Page(found[:size], more=len(found) > size)


def uuid_in(query: QueryDict, key: str) -> uuid.UUID | None:
    """Return the id that a query names, None when it names none."""
    value = query.get(key, "")
    if not value:
        return None
    try:
        return uuid.UUID(value)
    except ValueError:
        raise Invalid(f"'{value}' is not an id. Follow the links between pages.") from None


def number_in(query: QueryDict, key: str) -> int | None:
    """Return the number that a query names, None when it names none."""
    value = query.get(key, "")
    if not value:
        return None
    # More digits than any count here has; a database would refuse the number with an error.
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Invalid(f"'{value}' is not a number. Follow the links between pages.")
    return int(value)


def name_in(query: QueryDict, key: str) -> str:
    """Return the name that a query names, an empty text when it names none."""
    value = query.get(key, "")
    if value and not NAME.fullmatch(value):
        raise Invalid(f"{value!r} is not a name. Follow the links between pages.")
    return value

"""Pages of rows: some of them in order, and whether more follow. Nothing is ever counted.

What a query string says about pages is read by `trails.web.paging`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

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

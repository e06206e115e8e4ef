"""Rows of a form for evidence that is kept elsewhere: a name, an address, perhaps a SHA-256.

What an address may be is decided by `trails.actions.inputs`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from trails.actions import inputs
from trails.errors import Invalid

_LIMIT = 101  # rows that are read; one more than is allowed, so that it is refused and not cut


@dataclass(frozen=True, slots=True)
class LinkRow:
    """What a row holds, as it was typed, and why it was refused."""

    name: str = ""
    uri: str = ""
    sha256: str = ""
    error: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed into it."""
        return not (self.name.strip() or self.uri.strip() or self.sha256.strip())

    @property
    def link(self) -> dict[str, Any]:
        """Return the row as reports have it."""
        found: dict[str, Any] = {"uri": self.uri.strip()}
        if self.name.strip():
            found["name"] = self.name.strip()
        if self.sha256.strip():
            found["digest"] = {"sha256": self.sha256.strip().lower()}
        return found


COLUMNS = frozenset({"link_name", "link_uri", "link_sha256"})


def rows_typed(lists: Mapping[str, Sequence[str]]) -> list[LinkRow]:
    """Return the rows of a submitted form, without empty ones."""
    columns = [lists.get(f"link_{key}", ())[:_LIMIT] for key in ("name", "uri", "sha256")]
    rows = [LinkRow(*values) for values in zip_longest(*columns, fillvalue="")]
    return [row for row in rows if not row.is_empty]


def with_spare(rows: Sequence[LinkRow]) -> list[LinkRow]:
    """Return the rows and an empty one to go on with."""
    return [*rows, LinkRow()]


def checked(rows: Sequence[LinkRow]) -> list[LinkRow]:
    """Return the rows, those that cannot be links with the reason in them."""
    return [replace(row, error=_error(row)) for row in rows]


def _error(row: LinkRow) -> str:
    try:
        inputs.external([row.link])
    except Invalid as error:
        return error.message
    return ""

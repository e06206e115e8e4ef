"""Live refresh: what a page has shown already, so that asking again answers only what is new.

A page asks its own address every few seconds and adds what it shows. An answer without news is 204
and changes nothing. What is told here is fetched and authorised by the view, as for the page.
"""

import base64
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from trails.errors import Invalid
from trails.models import WorkflowStatus

ROWS_LIMIT = 100
NEW_COUNTED = 99
"""New workflows that are counted; beyond them the page says that there are more."""
_NUMBER_LIMIT = 9


def is_asked(request: HttpRequest) -> bool:
    """Tell whether the page's script asks, not a person."""
    return "HX-Request" in request.headers and "seen" in request.GET


def no_news() -> HttpResponse:
    """Return the answer that changes nothing on the page."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows of a page with the number of attestations each had, and how many new were told.

    `newest` is the workflow at the top: what began after it is new. None on a page that cannot say
    what is new, because it is not the first; the smallest id on an empty one.
    """

    rows: Mapping[uuid.UUID, int]
    newest: uuid.UUID | None
    told: int = 0

    @classmethod
    def of(cls, statuses: Iterable[WorkflowStatus], *, is_first: bool) -> "Seen":
        """Return what a page with these rows has shown, the newest row first."""
        rows = {status.workflow_id: status.attestations for status in statuses}
        newest = next(iter(rows), uuid.UUID(int=0)) if is_first else None
        return cls(rows, newest)

    @classmethod
    def read(cls, request: HttpRequest) -> "Seen":
        """Return what the page says it has shown."""
        try:
            rows = dict(_row(text) for text in request.GET["seen"].split(",") if text)
            newest = request.GET.get("newest")
            told = _number(request.GET.get("told", "0"))
            if len(rows) > ROWS_LIMIT:
                raise ValueError(len(rows))
            return cls(rows, _id(newest) if newest else None, told)
        except ValueError:
            raise Invalid("The page asks in a way that is not understood. Load it again.") from None

    def query_string(self, **more: Any) -> str:
        """Return what the page adds to its own query to ask for news."""
        rows = ",".join(f"{_text(id)}.{number}" for id, number in self.rows.items())
        pairs: dict[str, Any] = {"seen": rows, "told": self.told, **more}
        if self.newest is not None:
            pairs["newest"] = _text(self.newest)
        return urlencode(pairs, safe=",")


def _row(text: str) -> tuple[uuid.UUID, int]:
    id, _dot, number = text.partition(".")
    return _id(id), _number(number)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_LIMIT):
        raise ValueError(text)
    return int(text)


def _id(text: str) -> uuid.UUID:
    return uuid.UUID(bytes=base64.b64decode(text + "==", altchars=b"-_", validate=True))


def _text(id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(id.bytes).decode().rstrip("=")

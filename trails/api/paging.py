"""Parts of lists: a cursor names the last row seen, so that no page counts or skips rows.

A cursor is signed, and holds for one list: a changed one is refused instead of showing something
nobody asked for. It is no secret and no permission.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path
from pydantic import BaseModel

from trails.api.schemas import PageQuery
from trails.errors import Invalid, shown

Row = TypeVar("Row")
_SALT = "trails.api.cursor"


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Some rows of a list, and the address of those that follow."""

    rows: list[Row]
    next: str | None


def refuse_unknown(request: HttpRequest, query: BaseModel) -> None:
    """Refuse a parameter that the call does not know: a misspelt filter would show everything."""
    known = sorted(type(query).model_fields)
    for name in request.GET:
        if name not in known:
            raise Invalid(
                f"{shown(name)} is not a parameter here. Known are {', '.join(known)}.",
                field=name,
            )


def position(query: PageQuery, of: str) -> str | int | None:
    """Return the place after which to go on in the list `of`, as `part` wrote it, or None."""
    if query.after is None:
        return None
    try:
        found: str | int = signing.loads(query.after, salt=f"{_SALT}:{of}")
    except signing.BadSignature as error:
        raise Invalid(
            f"{shown(query.after)} is not a cursor of this list. Follow the `next` of an earlier "
            "answer as it is, or leave `after` out to begin anew.",
            field="after",
        ) from error
    return found


def part(
    request: HttpRequest,
    rows: Iterable[Row],
    limit: int,
    of: str,
    key: Callable[[Row], str | int],
) -> Part[Row]:
    """Return the first `limit` rows; `rows` holds one more where the list goes on.

    `of` names the list, and `key` gives the place of a row in its order.
    """
    found = list(rows)
    if len(found) <= limit:
        return Part(found, None)
    del found[limit:]
    parameters = request.GET.copy()
    parameters["after"] = signing.dumps(key(found[-1]), salt=f"{_SALT}:{of}")
    address = f"{settings.PUBLIC_URL}{escape_uri_path(request.path)}"
    return Part(found, f"{address}?{parameters.urlencode()}")

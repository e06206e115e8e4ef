"""Moments as callers write them: RFC 3339 with a zone, and nothing else.

A time without a zone is a different moment in every office; a guess would be recorded for ever.
"""

import datetime
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

_RFC3339 = re.compile(
    r"(?P<seconds>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?P<fraction>\.[0-9]{1,12})?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_EARLIEST = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)


def moment(value: Any) -> datetime.datetime:
    """Return the moment of an RFC 3339 text, in UTC; digits beyond microseconds are cut off.

    ValueError says what does not fit.
    """
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        hint = ""
        if isinstance(value, str) and re.search(r" [0-9]{2}:[0-9]{2}\Z", value):
            hint = "; in an address the + of a zone must be percent-encoded"
        raise ValueError(f"write it as 2026-11-24T04:05:40Z{hint}")
    if match["zone"] is None:
        raise ValueError("it has no zone: add Z for UTC, or an offset such as +01:00")
    fraction = (match["fraction"] or ".0")[:7]
    zone = "+00:00" if match["zone"] in "Zz" else match["zone"]
    try:
        found = datetime.datetime.fromisoformat(
            match["seconds"].upper() + fraction.ljust(7, "0") + zone
        )
        found = found.astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"there is no such moment ({error})") from error
    if found < _EARLIEST:
        raise ValueError("it lies before the year 1900")
    return found


Moment = Annotated[
    datetime.datetime,
    BeforeValidator(moment, json_schema_input_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]
"""A moment in a body or a query, as RFC 3339 with a zone."""

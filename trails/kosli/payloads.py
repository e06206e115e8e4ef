"""What callers sent, read strictly: JSON bodies, JSON in form fields, numbers in the query.

Everything here either returns a value of its type or says in a sentence which input is at fault.
What is not expected is refused and not dropped: a reporter must not believe that it was recorded.
"""

import json
from typing import Any, NoReturn

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from trails.errors import Invalid, TooMuch
from trails.http.heavy import refuse_heavy
from trails.http.uploads import require_length
from trails.kosli.answers import InvalidPayload

_SHOWN = 200  # characters of a wrong value that an error repeats
_UNKNOWN = 10  # unknown properties that an error names
_DIGITS = 15  # of a number: enough for every page, and few enough for every database


def json_body(request: HttpRequest) -> Any:
    """Return the JSON that is the body; None for `null` and for no body (contract 0.3)."""
    length, limit = require_length(request), settings.LIMIT_JSON_BYTES
    if length > limit:
        raise TooMuch(f"The body has {length} bytes; the limit is {limit} bytes.", limit=limit)
    try:
        body = request.body
    except UnreadablePostError as error:
        raise Invalid("The body could not be read to its end. Send it again.") from error
    if len(body) != length:
        raise Invalid(f"The body ends after {len(body)} of {length} bytes. Send it again.")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("The body is not UTF-8 text. Send JSON in UTF-8.") from error
    return parse(text) if text.strip() else None


def parse(text: str, field: str | None = None) -> Any:
    """Return the value of a JSON text; `Invalid` says where it is malformed."""
    refuse_heavy(text, field)
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        what = field or "The body"
        raise Invalid(f"{what} is not valid JSON: {error}.", field=field) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def record(value: Any, *, required: frozenset[str], optional: frozenset[str]) -> dict[str, Any]:
    """Return a JSON object that has the required keys and no others than the optional ones."""
    if not isinstance(value, dict):
        raise Invalid(f"The body must be a JSON object; it is {shown(value)}.")
    errors = {key: f"'{key}' is a required property" for key in required - set(value)}
    for key in sorted(set(value) - required - optional)[:_UNKNOWN]:
        errors[key[:_SHOWN]] = "This property is not known here. Remove it."
    if errors:
        raise InvalidPayload(errors)
    return value


def text(value: Any, field: str) -> str:
    """Return a value that is a text."""
    if not isinstance(value, str):
        raise Invalid(f"{shown(value)} is not of type 'string'", field=field)
    return value


def shown(value: Any) -> str:
    """Return how an error repeats a value, shortened where it is long."""
    whole = repr(value[:_SHOWN]) if isinstance(value, str) else repr(value)
    is_long = len(whole) > _SHOWN + 2
    return whole[:_SHOWN] + "…" if is_long else whole


def whole_number(request: HttpRequest, name: str, default: int, *, limit: int | None = None) -> int:
    """Return a positive whole number of the query, such as `page`."""
    given = request.GET.get(name)
    if given is None:
        return default
    digits = given.lstrip("0") if given.isascii() and given.isdigit() else ""
    if not digits:
        raise Invalid(f"{shown(given)} is not a positive whole number.", field=name)
    number = int(digits) if len(digits) <= _DIGITS else 10**_DIGITS
    if limit is not None and number > limit:
        raise Invalid(f"{shown(given)} is too much; {name} is at most {limit}.", field=name)
    return number

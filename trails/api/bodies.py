"""Reads JSON that strangers wrote, strictly and in one place.

Threat. Two readers of one text must not understand two things: duplicate keys, NaN, infinite
numbers, NUL, halves of surrogate pairs and bottomless nesting are refused, never repaired. What is
announced too large is refused before it is read.
"""

import json
import math
from collections.abc import Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest
from multipart import parse_options_header
from pydantic import BaseModel, ValidationError

from evidence.vault.digest import CHUNK
from trails.api.problems import UnsupportedMediaType, invalid, shown
from trails.errors import Invalid, LengthRequired, TooMuch
from trails.http.heavy import refuse_heavy
from trails.http.uploads import require_length

DEPTH = 100  # levels of nesting that free JSON may have
JSON = "application/json"

Body = TypeVar("Body", bound=BaseModel)


class _Refused(ValueError):
    """JSON that is well-formed and still not unambiguous."""


def media_type(request: HttpRequest) -> str:
    """Return the media type of the body, without its parameters; empty when none is named."""
    return str(parse_options_header(request.headers.get("Content-Type", ""))[0]).lower()


def read(request: HttpRequest, model: type[Body]) -> Body:
    """Return the JSON body of a request as a model; no body is an empty object.

    Call it after the caller has been let in: nothing is read before.
    """
    length = _length(request)
    if length and media_type(request) != JSON:
        raise UnsupportedMediaType(
            f"The body came as {shown(media_type(request))}. Send it as {JSON}.",
            field="Content-Type",
        )
    return parse(_body(request, length) or b"{}", model)


def parse(text: bytes | str, model: type[Body]) -> Body:
    """Return a JSON text as a model. `Invalid` says which field does not fit, and why."""
    value = strict(text)
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [dict(item) for item in error.errors(include_url=False, include_context=False)]
        raise invalid(found, sorted(model.model_fields)) from error


def strict(text: bytes | str) -> Any:
    """Return the value of a JSON text that every reader understands in the same way."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        refuse_heavy(text)
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
        _check(value)
    except UnicodeDecodeError as error:
        raise Invalid("The JSON is not UTF-8. Send it in UTF-8.") from error
    except RecursionError as error:
        raise Invalid(_too_deep()) from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Invalid(f"That is not JSON: {error.msg}, at {place}.") from error
    except _Refused as error:
        raise Invalid(str(error)) from error
    except ValueError as error:  # Python refuses numbers of thousands of digits
        raise Invalid("The JSON holds a number that is too long. Write it as text.") from error
    return value


def _length(request: HttpRequest) -> int:
    if not request.META.get("CONTENT_LENGTH"):
        # A body of unknown length would be taken for an empty one. No body at all is fine; whoever
        # names its type or its encoding has one. (HTTP/2 has no Transfer-Encoding to tell.)
        if "Transfer-Encoding" in request.headers or "Content-Type" in request.headers:
            raise LengthRequired(
                "The request has no Content-Length. Send one: a chunked body is not accepted."
            )
        return 0
    length = require_length(request)
    limit = settings.LIMIT_JSON_BYTES
    if length > limit:
        raise TooMuch(
            f"The JSON has {length} bytes; the limit is {limit} bytes. "
            "Send long texts as evidence.",
            limit=limit,
        )
    return length


def _body(request: HttpRequest, length: int) -> bytes:
    text = bytearray()
    while len(text) < length:
        chunk = request.read(min(CHUNK, length - len(text)))
        if not chunk:
            raise Invalid(
                f"The body ended after {len(text)} of the {length} bytes that were announced. "
                "Send it again."
            )
        text += chunk
    return bytes(text)


def _without_duplicates(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Refused(f"The key {shown(key)} is there twice. Send it once.")
        found[key] = value
    return found


def _no_constant(text: str) -> Any:
    raise _Refused(f"{text} is not JSON. Send null, or a text.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _Refused(f"The number {shown(text)} is too large. Write it as text.")
    return number


def _check(value: Any) -> None:
    """Refuse what is no text and what is nested too deep, without recursion of our own."""
    level: list[Any] = [value]
    for _depth in range(DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                below.extend(item)
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise _Refused(_too_deep())


def _check_text(text: str) -> None:
    if "\0" in text:
        raise _Refused(f"The text {shown(text)} holds a NUL character. Remove it.")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise _Refused(f"The text {shown(text)} holds half of a surrogate pair. Repair it.")


def _too_deep() -> str:
    return f"The JSON is nested deeper than {DEPTH} levels. Flatten it, or attach it as evidence."

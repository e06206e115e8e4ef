"""Reads JSON that strangers wrote, strictly and in one place.

Threat. Two readers of one text must not understand two things: duplicate keys, NaN, infinite
numbers, NUL, halves of surrogate pairs and bottomless nesting are refused, never repaired.
"""

import json
import math
from collections.abc import Iterable
from typing import Any

from trails.errors import Invalid, shown
from trails.http.heavy import refuse_heavy

DEPTH = 100  # levels of nesting that free JSON may have


class _Refused(ValueError):
    """JSON that is well-formed and still not unambiguous."""


def strict(text: bytes | str) -> Any:
    """Return the value of a JSON text that every reader understands in the same way.

    `Invalid` says where the text is no JSON, by line and column.
    """
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

"""Rows as lines of JSON, and back. Each row has one spelling, and reading accepts no other.

A line is an object of a table's columns in the order of their names, without spaces, in UTF-8.
Moments are RFC 3339 in UTC with microseconds, ids are UUIDs, bytes are base64. Texts are as stored:
here nothing is composed anew.

Threat. What is read here comes from elsewhere: each value is held against its column, because one
engine would store what another refuses, and pages believe what a column promises.
"""

import base64
import binascii
import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.db import models

from evidence.errors import NotCanonical
from evidence.ledger import statement
from trails.moving.errors import Refused

Field: TypeAlias = "models.Field[Any, Any]"


def encode(columns: Sequence[Field], values: Sequence[Any]) -> bytes:
    """Return the line of a row, with its end; `values` are in the order of the columns."""
    row = {column.attname: _written(value) for column, value in zip(columns, values, strict=True)}
    return _line(row)


def decode(columns: Mapping[str, Field], line: bytes) -> dict[str, Any]:
    """Return the values of a row's line by column, as the database takes them, else `Refused`."""
    try:
        row = json.loads(line)
        is_ours = isinstance(row, dict) and _line(row) == line
    except (ValueError, RecursionError):
        is_ours = False
    if not is_ours:
        raise Refused(f"A line of rows is not written as an export writes it: {line[:100]!r}.")
    if row.keys() != columns.keys():
        odd = sorted(row.keys() ^ columns.keys())
        raise Refused(f"A row does not have the columns of its table: {', '.join(odd)[:200]}.")
    return {name: _read(columns[name], value) for name, value in row.items()}


def target(column: Field) -> Field:
    """Return the column that a foreign key holds values of; the column itself if it is none."""
    while column.remote_field:
        column = column.target_field  # type: ignore[attr-defined]  # of a foreign key
    return column


def _line(row: dict[str, Any]) -> bytes:
    text = json.dumps(
        row, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode() + b"\n"


def _written(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime.datetime):
        return statement.timestamp(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value


def _read(column: Field, value: Any) -> Any:
    if value is None and column.null:
        return None
    plain = target(column)
    try:
        found = _value(plain, value)
    except (ValueError, TypeError, OverflowError, NotCanonical, binascii.Error):
        found = None
    if found is None or (plain.choices and found not in dict(plain.flatchoices)):
        raise Refused(f"{column.attname} of a {column.model._meta.label} is {_shown(value)}.")
    return found


def _value(column: Field, value: Any) -> Any:
    """Return the value that a column stores; None, or an error, where it cannot be one."""
    if isinstance(column, models.JSONField):
        return value if _is_storable(value) else None
    if isinstance(column, models.BooleanField):
        return value if isinstance(value, bool) else None
    if isinstance(column, models.IntegerField):
        bits = _bits(column)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value if is_number and -(1 << bits) <= value < 1 << bits else None
    if not isinstance(value, str):
        return None
    if isinstance(column, models.UUIDField):
        return _same(uuid.UUID(value), value)
    if isinstance(column, models.DateTimeField):
        return _same(datetime.datetime.fromisoformat(value), value)
    if isinstance(column, models.BinaryField):
        return _same(base64.b64decode(value, validate=True), value)
    fits = column.max_length is None or len(value) <= column.max_length
    return value if fits and "\0" not in value else None


def _bits(column: Field) -> int:
    """Return how many bits the numbers of a column have, without their sign."""
    if isinstance(column, models.BigIntegerField):
        return 63
    return 15 if isinstance(column, models.SmallIntegerField) else 31


def _same(read: Any, value: str) -> Any:
    return read if _written(read) == value else None


def _is_storable(value: Any) -> bool:
    """Tell whether every text in a JSON value is one that PostgreSQL can hold."""
    if isinstance(value, dict):
        return all(_is_storable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(map(_is_storable, value))
    return not isinstance(value, str) or "\0" not in value


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 80 else text[:79] + "…"

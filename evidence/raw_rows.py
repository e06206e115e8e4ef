"""Rows as they are stored, whatever is in them: for a check that must not stumble over them.

Threat. Whoever can write to the database past Django can put text where bytes belong, moments that
no calendar has, and text that is not UTF-8. Django's own reading raises at the first of them, and
a check that stops is one that finds nothing. Here such a value becomes an `Odd`, equal to nothing.

Reads only. Tables are read page by page in the order of their keys; nothing is loaded whole. Not
for the application, which reads through models.
"""

import datetime
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, models

from evidence.errors import NotCanonical
from evidence.ledger.statement import timestamp

PAGE = 500
"""Rows in memory together: the largest body of a record has 64 KiB."""
Row = dict[str, Any]
"""The values of a row by the names that they were asked for."""

_HEX_UUID = re.compile(r"[0-9a-f]{32}")


class Odd:
    """A stored value that its column cannot hold. It is equal to nothing."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return False

    def __str__(self) -> str:
        return repr(self.value)[:100]


class Join(NamedTuple):
    """A table that is read along, by the condition `on`. Rows without a partner stay."""

    alias: str
    model: type[models.Model]
    on: str


@contextmanager
def lenient() -> Iterator[None]:
    """Let SQLite hand out text that is not UTF-8, inside the block: as lone surrogates."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before = raw.text_factory
    raw.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = before


def whole(column: str) -> str:
    """Return the SQL condition that a column holds a whole number, which on SQLite may fail."""
    return f"typeof({column}) = 'integer'" if connection.vendor == "sqlite" else "TRUE"


def parameter(model: type[models.Model], value: str) -> Any:
    """Return a key as a parameter of a query on the model's table."""
    field = model._meta.pk
    if isinstance(_plain(field), models.UUIDField):
        return uuid.UUID(value).hex if connection.vendor == "sqlite" else uuid.UUID(value)
    return value


def select(
    base: type[models.Model],
    columns: str,
    *,
    joins: Sequence[Join] = (),
    where: Sequence[str] = (),
    params: Sequence[Any] = (),
    order: str = "",
    limit: int | None = None,
) -> list[Row]:
    """Return rows of a table, which the SQL of `where` and `order` calls `t`.

    `columns` are names with spaces between: of it (`size`) or of a joined table (`leaf.index`).
    """
    tables = {"t": base} | {join.alias: join.model for join in joins}
    chosen, readers = [], []
    names = columns.split()
    for name in names:
        alias, _, column = name.rpartition(".")
        expression, reader = _column(alias or "t", tables[alias or "t"], column)
        chosen.append(expression)
        readers.append(reader)
    sql = [f'SELECT {", ".join(chosen)} FROM "{base._meta.db_table}" t']  # noqa: S608  our own names
    sql += [f'LEFT JOIN "{j.model._meta.db_table}" {j.alias} ON {j.on}' for j in joins]
    if where:
        sql.append("WHERE " + " AND ".join(f"({condition})" for condition in where))
    if order:
        sql.append(f"ORDER BY {order}")
    if limit is not None:
        sql.append(f"LIMIT {limit}")
    with connection.cursor() as cursor:
        cursor.execute(" ".join(sql), list(params))
        found = cursor.fetchall()
    return [
        {name: read(value) for name, read, value in zip(names, readers, row, strict=True)}
        for row in found
    ]


def pages(
    base: type[models.Model],
    columns: str,
    *,
    after: Any = None,
    joins: Sequence[Join] = (),
    where: Sequence[str] = (),
    params: Sequence[Any] = (),
    limit: int = PAGE,
) -> Iterator[tuple[Any, list[Row]]]:
    """Yield a table's rows in the order of its keys, each page with where the next one begins.

    Each page is one statement: what it joins is of one moment, while others go on writing.
    """
    # On SQLite the rowid: what a hostile key holds may not even be comparable.
    sqlite = connection.vendor == "sqlite"
    pk = base._meta.pk
    key = "t.rowid" if sqlite else f't."{pk.column}"'
    cast = "%s" if sqlite else f"CAST(%s AS {_plain(pk).db_type(connection)})"
    while True:
        beyond = [f"{key} > {cast}"] if after is not None else []
        more = [after] if after is not None else []
        page = select(
            base,
            f"{columns} #",
            joins=joins,
            where=[*where, *beyond],
            params=[*params, *more],
            order=key,
            limit=limit,
        )
        if page:
            after = page[-1]["#"]
            yield after, page
        if len(page) < limit:
            return


def among(column: str, values: Sequence[Any]) -> str:
    """Return the SQL condition that a column is one of so many parameters."""
    return f"{column} IN ({', '.join(['%s'] * len(values))})" if values else "1 = 0"


def same(stored: Any, said: Any) -> bool:
    """Tell whether two JSON values are the same, character for character; 1 is not true, nor 1.0.

    Not by their canonical form, which would hide that a text was composed differently.
    """
    try:
        return json.dumps(stored, sort_keys=True) == json.dumps(said, sort_keys=True)
    except (TypeError, ValueError, RecursionError):  # an `Odd`, or nested beyond all sense
        return False


def _plain(field: Any) -> models.Field:
    """Return the field itself, or the one that a foreign key points at."""
    while field.remote_field:
        field = field.target_field
    return field  # type: ignore[no-any-return]


def _column(alias: str, model: type[models.Model], column: str) -> tuple[str, Callable]:
    sqlite = connection.vendor == "sqlite"
    if column == "#":
        pk = model._meta.pk.column
        return (f"{alias}.rowid", int) if sqlite else (f'{alias}."{pk}"', str)
    [field] = [_plain(f) for f in model._meta.concrete_fields if f.column == column]
    name = f'{alias}."{column}"'
    # The plus makes it an expression, which Django's converters leave as it is stored.
    expression = f"+{name}" if sqlite else name
    if not sqlite and isinstance(field, models.DateTimeField):
        expression = f"{name}::text"  # `infinity` has no other form in Python
    read = next((read for kind, read in _READERS.items() if isinstance(field, kind)), _text)
    return expression, lambda value: None if value is None else read(value)


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else Odd(value)


def _number(value: Any) -> Any:
    return value if isinstance(value, int) and not isinstance(value, bool) else Odd(value)


def _truth(value: Any) -> Any:
    return bool(value) if isinstance(value, int) and value in (0, 1) else Odd(value)


def _bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, bytes | memoryview) else Odd(value)


def _uuid(value: Any) -> Any:
    if isinstance(value, str) and _HEX_UUID.fullmatch(value):
        return str(uuid.UUID(value))
    return str(value) if isinstance(value, uuid.UUID) else Odd(value)


def _json(value: Any) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return Odd(value)


def _moment(value: Any) -> Any:
    """Return a moment as records write it. Both engines store UTC; SQLite does not say so."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC))
    except (TypeError, ValueError, NotCanonical):
        return Odd(value)


_READERS: Mapping[type[models.Field], Callable[[Any], Any]] = {
    models.UUIDField: _uuid,
    models.DateTimeField: _moment,
    models.BooleanField: _truth,
    models.IntegerField: _number,
    models.BinaryField: _bytes,
    models.JSONField: _json,
}

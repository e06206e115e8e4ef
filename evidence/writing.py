"""Writes rows by statements that are built once for each model, and several of them in one go.

A report writes into six tables. To build those statements anew each time took Python longer than
everything else about them, and to send them one by one took as long again: so PostgreSQL gets one.
What may be written at all is not decided here: see `evidence.append_only`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# PostgreSQL's wire format holds 65,535 values in one statement.
_VALUES_LIMIT = 60_000
# Rows from which on PostgreSQL gets them by COPY: to take a statement of so many values apart took
# longer than to write them.
_MANY = 100

_Statement = tuple[str, list[Any]]
_Fields = tuple["models.Field[Any, Any]", ...]


class _Gathered(threading.local):
    """What this thread has to send when its `together` ends, and what it does after that."""

    statements: list[_Statement] | None = None
    selects: list[_Statement]
    following: list[Callable[[], object]]


_gathered = _Gathered()


@contextmanager
def together() -> Iterator[None]:
    """Send what the block writes in one go when the block ends, and nothing of it if it fails.

    Nothing that the block writes can be read within it, and between statements there is no order.
    SQLite, to which nothing is sent, gets each of them at once.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        yield
        return
    statements: list[_Statement] = []
    selects: list[_Statement] = []
    following: list[Callable[[], object]] = []
    _gathered.statements, _gathered.selects = statements, selects
    _gathered.following = following
    try:
        yield
    finally:
        _gathered.statements = None
    _execute(connection, [*_joined(statements + selects[:1]), *selects[1:]])
    for follow in following:
        follow()


def afterwards(follow: Callable[[], object]) -> None:
    """Call a function as soon as everything that was written before is in the database."""
    if _gathered.statements is None:
        follow()
    else:
        _gathered.following.append(follow)


def run(sql: str, values: Sequence[Any]) -> None:
    """Run a SELECT for what it does, such as to take a lock; in `together`, with what is written.

    Of all parts of a WITH, PostgreSQL runs a SELECT to its end only where it is the last.
    """
    if _gathered.statements is None:
        _execute(connections[DEFAULT_DB_ALIAS], [(sql, list(values))])
    else:
        _gathered.selects.append((sql, list(values)))


def insert(
    rows: Sequence[models.Model], using: str = DEFAULT_DB_ALIAS, *, ignore_conflicts: bool = False
) -> None:
    """Insert rows of one model, all or nothing. A key that the database makes is not read back.

    The same statement as that of `bulk_create`. `ignore_conflicts` is for rows that say the same as
    those in their way.
    """
    if not rows:
        return
    connection = connections[using]
    head, parameters, fields = _insertion(type(rows[0]))
    as_statements = ignore_conflicts or _gathered.statements is not None
    if len(rows) >= _MANY and connection.vendor == "postgresql" and not as_statements:
        _copy(connection, type(rows[0]), fields, rows)
        return
    tail = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    limit = connection.features.max_query_params or _VALUES_LIMIT
    at_once = max(1, limit // len(fields))
    statements = []
    for start in range(0, len(rows), at_once):
        part = rows[start : start + at_once]
        values = [value for row in part for value in _values(fields, row, connection)]
        statements.append((head + ", ".join([parameters] * len(part)) + tail, values))
    _write(connection, statements)
    _mark(rows, using)


def _copy(
    connection: BaseDatabaseWrapper,
    model: type[models.Model],
    fields: _Fields,
    rows: Sequence[models.Model],
) -> None:
    """Insert rows as `insert` does: triggers and constraints see no difference."""
    names = ", ".join(f'"{field.column}"' for field in fields)
    sql = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    with (
        transaction.atomic(using=connection.alias, savepoint=False),
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(sql) as copy,
    ):
        for row in rows:
            copy.write_row(_values(fields, row, connection))
    _mark(rows, connection.alias)


def _mark(rows: Sequence[models.Model], using: str) -> None:
    for row in rows:
        row._state.adding = False
        row._state.db = using


def update(row: models.Model, *names: str) -> None:
    """Update these fields of a row that this transaction has locked, so that it is there."""
    connection = connections[DEFAULT_DB_ALIAS]
    sql, fields = _updating(type(row), names)
    _write(connection, [(sql, _values(fields, row, connection))])


def delete(model: type[models.Model], keys: Sequence[int]) -> None:
    """Delete the rows of these keys. Only a queue loses rows: what is written once has triggers."""
    connection = connections[DEFAULT_DB_ALIAS]
    head = f'DELETE FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" IN '  # noqa: S608
    at_once = connection.features.max_query_params or _VALUES_LIMIT
    parts = [list(keys[start : start + at_once]) for start in range(0, len(keys), at_once)]
    _write(connection, [(f"{head}({', '.join(['%s'] * len(part))})", part) for part in parts])


@lru_cache(maxsize=64)
def _insertion(model: type[models.Model]) -> tuple[str, str, _Fields]:
    """Return the head of an insert of the model's rows, one row's parameters, and the fields."""
    # Not those that the database numbers itself.
    every = model._meta.local_concrete_fields
    fields = tuple(field for field in every if not isinstance(field, models.AutoField))
    names = ", ".join(f'"{field.column}"' for field in fields)
    head = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608  our own names
    return head, f"({', '.join(['%s'] * len(fields))})", fields


@lru_cache(maxsize=64)
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, _Fields]:
    """Return an update of one row, and the fields whose values it takes, the key's last."""
    by_name = {field.name: field for field in model._meta.local_concrete_fields}
    fields = (*[by_name[name] for name in names], model._meta.pk)
    *columns, key = [f'"{field.column}" = %s' for field in fields]
    sql = f'UPDATE "{model._meta.db_table}" SET {", ".join(columns)} WHERE {key}'  # noqa: S608
    return sql, fields


def _values(fields: _Fields, row: models.Model, connection: BaseDatabaseWrapper) -> list[Any]:
    adding = row._state.adding
    return [field.get_db_prep_save(field.pre_save(row, adding), connection) for field in fields]


def _write(connection: BaseDatabaseWrapper, statements: list[_Statement]) -> None:
    if _gathered.statements is None:
        _execute(connection, statements)
    else:
        _gathered.statements += statements


def _execute(connection: BaseDatabaseWrapper, statements: Sequence[_Statement]) -> None:
    """Run the statements, all or nothing."""
    with transaction.atomic(using=connection.alias, savepoint=False), connection.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)


def _joined(statements: Sequence[_Statement]) -> list[_Statement]:
    """Return statements as one, or as few as the limit of values allows.

    PostgreSQL runs every writing part of a WITH to its end, whether it is referred to or not, and
    checks foreign keys when the transaction ends.
    """
    groups: list[list[_Statement]] = []
    size = _VALUES_LIMIT + 1
    for statement in statements:
        size += len(statement[1])
        if size > _VALUES_LIMIT:
            groups.append([])
            size = len(statement[1])
        groups[-1].append(statement)
    joined = []
    for group in groups:
        *first, (last, _) = group
        named = ", ".join(f"w{number} AS ({sql})" for number, (sql, _) in enumerate(first))
        values = [value for _, part in group for value in part]
        joined.append((f"WITH {named} {last}" if first else last, values))
    return joined

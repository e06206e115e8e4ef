"""Queries that are written as querysets, compiled to SQL once, and then run with other values.

For the few look-ups that every report makes: to build and compile one took Python several times as
long as to run it. What a query says stays in the vocabulary of the querysets, `visible_to` above
all; here it is only kept. Not for pages, whose queries differ, and not for writing.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=models.Model)
# A text, an id, or several ids for an IN.
Value = str | uuid.UUID | Sequence[uuid.UUID]

# What stands for the values while a query is compiled. Neither can come from anywhere else: no
# text that we look for holds a NUL, and no id of ours is of version 0.
_TEXT = "\0{}\0"
_ID = 0xFFFF << 112


class Prepared(Generic[Row]):
    """A query with places for values, compiled at its first run for each number of them."""

    def __init__(self, build: Callable[..., "models.QuerySet[Row]"]) -> None:
        """Take the function that returns the queryset of some values: texts, ids, lists of ids."""
        self._build = build
        self._plans: dict[tuple[int, ...], _Plan[Row] | None] = {}

    def rows(self, *values: Value) -> list[Row]:
        """Return what the queryset of these values finds."""
        shape = tuple([len(v) if isinstance(v, list) else -1 for v in values])
        if shape not in self._plans:
            self._plans[shape] = self._plan(values)
        plan = self._plans[shape]
        return [] if plan is None else plan.rows(values)

    def _plan(self, values: Sequence[Value]) -> "_Plan[Row] | None":
        """Compile the query; None when it can find nothing, whatever the values are."""
        places: dict[Any, tuple[int, int | None]] = {}
        stand_ins = [_stand_in(value, index, places) for index, value in enumerate(values)]
        try:
            return _Plan(self._build(*stand_ins), places)
        except EmptyResultSet:
            return None


def _stand_in(value: Value, index: int, places: dict[Any, tuple[int, int | None]]) -> Value:
    """Return what stands for a value, and note which of the values each such thing stands for."""
    if isinstance(value, str):
        text = _TEXT.format(index)
        places[text] = (index, None)
        return text
    count = 1 if isinstance(value, uuid.UUID) else len(value)
    ids = [uuid.UUID(int=_ID | index << 64 | at) for at in range(count)]
    for at, id in enumerate(ids):
        place = (index, None if isinstance(value, uuid.UUID) else at)
        places[id] = places[id.hex] = place  # SQLite keeps ids as text
    return ids[0] if isinstance(value, uuid.UUID) else ids


class _Plan(Generic[Row]):
    """A compiled query: its SQL, which value goes where, and how columns become instances."""

    def __init__(
        self, queryset: "models.QuerySet[Row]", places: dict[Any, tuple[int, int | None]]
    ) -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self._sql, parameters = compiler.as_sql()
        # What does not stand for a value is a constant of the query.
        self._parameters = [(places.get(parameter), parameter) for parameter in parameters]
        select, klass = compiler.select, compiler.klass_info
        fields = klass["select_fields"]
        self._own = slice(fields[0], fields[-1] + 1)
        self._names = [column[0].target.attname for column in select[self._own]]
        self._model: type[Row] = klass["model"]
        self._related = get_related_populators(klass, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # the stubs know a later Django
        self._converters = list(compiler.get_converters([column[0] for column in select]).items())
        self._locks = queryset.query.select_for_update

    def rows(self, values: Sequence[Value]) -> list[Row]:
        """Run the query; do with each row what Django's own `ModelIterable` does."""
        connection = connections[DEFAULT_DB_ALIAS]
        if self._locks and not connection.in_atomic_block:
            raise TransactionManagementError("A lock without a transaction would hold nothing.")
        ids_are_text = not connection.features.has_native_uuid_field
        bound: list[Any] = []
        for place, constant in self._parameters:
            value: Any = constant if place is None else values[place[0]]
            if place is not None and place[1] is not None:
                value = value[place[1]]
            bound.append(value.hex if ids_are_text and isinstance(value, uuid.UUID) else value)
        with connection.cursor() as cursor:
            cursor.execute(self._sql, bound)
            found = cursor.fetchall()
        return [self._instance(list(row), connection) for row in found]

    def _instance(self, row: list[Any], connection: Any) -> Row:
        for column, (converters, expression) in self._converters:
            for convert in converters:
                row[column] = convert(row[column], expression, connection)
        instance = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, instance)
        return instance

"""The index of words that each database keeps beside the texts, and how it is asked.

PostgreSQL: a column that it generates from the text, and a GIN index over it. SQLite: an FTS5 table
without texts of its own, kept by triggers. Both are told what a word is by `trails.search.words`
and take tokens as they come: they fold, stem and leave out nothing.

Threat. Words of private trails must not be found by strangers, nor give themselves away by how long
it takes to find nothing. So the scope, which organizations and which trails, is a part of the
match, not a filter over what matched: the database intersects lists of places, and does not look at
the texts of others, but for a fixed number of the newest. What remains: the list of a word's places
is as long as the word is common in the whole instance, and to walk it takes longer then; most of
all where only the beginning of a word is given.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from trails.search.words import Query

TABLE = "trails_searchtext"
INDEX = f"{TABLE}_words"
TERMS = f"{INDEX}_terms"
WALKED = 4000
"""The newest texts that PostgreSQL looks at one by one before it asks its index."""
MANY = 500
"""Matches from which on PostgreSQL's planner is left alone."""
SPELLED = 50
"""Words with the same beginning that SQLite is asked for one by one."""

_POSTGRES = (
    f"ALTER TABLE {TABLE} ADD COLUMN vector tsvector GENERATED ALWAYS AS "
    "(array_to_tsvector(array_remove(string_to_array(text, ' '), ''))) STORED",
    f"CREATE INDEX {INDEX} ON {TABLE} USING gin (vector)",
)
_POSTGRES_UNDONE = (f"ALTER TABLE {TABLE} DROP COLUMN vector",)

# Only what is not ASCII needs a tokenizer that knows Unicode, and that tokenizer knows an old one:
# this one takes every such character for a part of a word, and `words` has cut them already.
_SQLITE_TABLE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5("
    f"text, content='{TABLE}', content_rowid='id', detail=none, columnsize=0, prefix='3', "
    "tokenize=\"ascii tokenchars ':'\")"
)
_SQLITE_TRIGGERS = (
    f"CREATE TRIGGER IF NOT EXISTS {INDEX}_insert AFTER INSERT ON {TABLE} "  # noqa: S608
    f"BEGIN INSERT INTO {INDEX} (rowid, text) VALUES (NEW.id, NEW.text); END",
    f"CREATE TRIGGER IF NOT EXISTS {INDEX}_delete AFTER DELETE ON {TABLE} "  # noqa: S608
    f"BEGIN INSERT INTO {INDEX} ({INDEX}, rowid, text) "
    "VALUES ('delete', OLD.id, OLD.text); END",
)
# The words of the index in their order. To step to the next one is a look into the index, where
# `>` would read all places of the word before: no word holds what is added to it here.
_SQLITE_TERMS = f"CREATE VIRTUAL TABLE IF NOT EXISTS {TERMS} USING fts5vocab('{INDEX}', 'instance')"
_SQLITE_SPELLED = (
    f"WITH RECURSIVE found (term, number) AS (SELECT (SELECT term FROM {TERMS} "  # noqa: S608
    f"WHERE term >= %s ORDER BY term LIMIT 1), 1 UNION ALL SELECT (SELECT term FROM {TERMS} "
    "WHERE term >= found.term || char(1) ORDER BY term LIMIT 1), number + 1 FROM found "
    f"WHERE term < %s AND number <= {SPELLED}) SELECT term FROM found WHERE term < %s"
)
_SQLITE_UNDONE = (
    f"DROP TABLE IF EXISTS {TERMS}",
    f"DROP TRIGGER IF EXISTS {INDEX}_insert",
    f"DROP TRIGGER IF EXISTS {INDEX}_delete",
    f"DROP TABLE IF EXISTS {INDEX}",
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the index of words over the table of texts. Only its migration calls this."""
    statements = _POSTGRES if connection.vendor == "postgresql" else [_SQLITE_TABLE]
    _run(connection, statements)
    install_triggers(connection)


def install_triggers(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers that keep SQLite's index, where they are missing."""
    if connection.vendor == "sqlite":
        _run(connection, [*_SQLITE_TRIGGERS, _SQLITE_TERMS])


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the index of words; the texts stay."""
    _run(connection, _POSTGRES_UNDONE if connection.vendor == "postgresql" else _SQLITE_UNDONE)


def install_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Install the triggers again after every migrate: a table that SQLite rebuilds loses them."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    if TABLE in tables and INDEX in tables:
        install_triggers(connection)


def statement(
    connection: BaseDatabaseWrapper,
    query: Query,
    scope: Sequence[str],
    column: str,
    limit: int,
    *,
    before: int | None = None,
    trail: uuid.UUID | None = None,
) -> tuple[str, list[Any]]:
    """Return the SQL for a column of the newest matches, `id` or `workflow_id`, and its values.

    `scope`: marks, one of which must be there. `trail`: all of them are of that trail.
    """
    match = expression(connection, query, scope)
    until = "TRUE" if before is None else "s.id < %s"
    values: list[Any] = [] if before is None else [before]
    if connection.vendor == "sqlite":
        # By the key of the index itself, which it walks from the end.
        until = until.replace("s.id", f"{INDEX}.rowid")
        sql = (
            f"SELECT s.{column} FROM {INDEX} JOIN {TABLE} s ON s.id = {INDEX}.rowid "  # noqa: S608
            f"WHERE {INDEX} MATCH %s AND {until} ORDER BY {INDEX}.rowid DESC LIMIT {limit}"
        )
        return sql, [match, *values]
    if trail is not None:
        until, values = f"{until} AND s.trail_id = %s", [*values, trail]
    if limit > MANY:
        # The planner chooses well between walking and asking the index where that is much of both.
        sql = (
            f"SELECT s.{column} FROM {TABLE} s WHERE s.vector @@ %s::tsquery AND {until} "  # noqa: S608
            f"ORDER BY s.id DESC LIMIT {limit}"
        )
        return sql, [match, *values]
    # Most words that many texts hold are among the newest texts, which are looked at one by one;
    # if that finds too few, the index is asked. The sum keeps the planner from walking on like that
    # through everybody's texts.
    sql = (
        f"WITH newest AS MATERIALIZED (SELECT s.id, s.{column} AS found FROM "  # noqa: S608
        f"(SELECT s.* FROM {TABLE} s WHERE {until} ORDER BY s.id DESC LIMIT {WALKED}) s "
        f"WHERE s.vector @@ %s::tsquery ORDER BY s.id DESC LIMIT {limit}), "
        f"every AS (SELECT s.id, s.{column} AS found FROM {TABLE} s WHERE "
        f"(SELECT count(*) FROM newest) < {limit} AND s.vector @@ %s::tsquery AND {until} "
        f"ORDER BY s.id + 0 DESC LIMIT {limit}) "
        f"SELECT found FROM (SELECT * FROM newest WHERE (SELECT count(*) FROM newest) = {limit} "
        "UNION ALL SELECT * FROM every) s ORDER BY s.id DESC"
    )
    return sql, [*values, match, match, *values]


def expression(connection: BaseDatabaseWrapper, query: Query, scope: Sequence[str]) -> str:
    """Return a query within a scope, one of whose marks must be there, as the engine takes it.

    Tokens hold letters, digits, marks and colons only, so that quotes around them are enough.
    """
    postgres = connection.vendor == "postgresql"
    quote = "'" if postgres else '"'
    conjunction, disjunction = (" & ", " | ") if postgres else (" AND ", " OR ")
    quoted = [f"{quote}{term}{quote}" for term in query.terms]
    if query.beginning is not None:
        begun = f"{quote}{query.beginning}{quote}{':*' if postgres else ' *'}"
        spelled = [] if postgres else _spelled(connection, query.beginning)
        if 0 < len(spelled) <= SPELLED:
            begun = f"({' OR '.join(f'{quote}{word}{quote}' for word in spelled)})"
        quoted.append(begun)
    marks = disjunction.join(f"{quote}{mark}{quote}" for mark in scope)
    return conjunction.join([f"({marks})", *quoted])


def _spelled(connection: BaseDatabaseWrapper, beginning: str) -> list[str]:
    """Return the words of SQLite's index that begin so, `SPELLED` + 1 of them at most.

    Words can be walked from their newest place on; of a beginning it reads all places first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE_SPELLED, [beginning, *[f"{beginning}\U0010ffff"] * 2])
        return [word for (word,) in cursor.fetchall()]


def _run(connection: BaseDatabaseWrapper, statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)

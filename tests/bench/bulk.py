"""Writes millions of rows into a fresh database, as fast as each engine takes them.

Indexes and triggers of the tables are taken away meanwhile and come back after the last row; keys
are not looked up. Right for rows that the same program has just made up, and for nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from trails.search import engines

Rows = Iterable[Sequence[Any]]
Write = Callable[[str, str, Rows], None]
"""Takes a table, columns as SQL lists them, and rows of these."""

_FAST_SQLITE = (
    *("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA locking_mode=EXCLUSIVE"),
    *("PRAGMA cache_size=-1000000", "PRAGMA threads=2", "PRAGMA foreign_keys=OFF"),
)
# The role of a replica does not look keys up. It skips none of our guards: those are ALWAYS.
_FAST_POSTGRES = (
    *("SET session_replication_role = replica", "SET synchronous_commit = off"),
    *("SET maintenance_work_mem = '1GB'", "SET timezone = 'UTC'"),
)


@contextmanager
def bare(tables: Sequence[str]) -> Iterator[Write]:
    """Give what writes rows into these tables; whole and analysed when the block has ended.

    The connection is of no further use then: the process should end.
    """
    connection.ensure_connection()
    inside = _postgres if connection.vendor == "postgresql" else _sqlite
    with inside(tables) as write:
        yield write


@contextmanager
def _postgres(tables: Sequence[str]) -> Iterator[Write]:
    def write(table: str, columns: str, rows: Rows) -> None:
        copy = f"COPY {table} ({columns}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(copy) as to:
            for row in rows:
                to.write_row(row)

    _run(_FAST_POSTGRES)
    named = ", ".join(f"'{table}'" for table in tables)
    constraints = _rows(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "  # noqa: S608
        f"WHERE contype = 'u' AND conrelid::regclass::text IN ({named})"
    )
    _run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _ in constraints)
    indexes = _rows(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "  # noqa: S608
        f"WHERE NOT indisprimary AND indrelid::regclass::text IN ({named})"
    )
    _run(f"DROP INDEX {name}" for name, _ in indexes)
    yield write
    _run(definition for _, definition in indexes)
    _run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {what}' for table, name, what in constraints)
    # What autovacuum has done to a trail that grew over months.
    _run([f"VACUUM (ANALYZE) {', '.join(tables)}"])


@contextmanager
def _sqlite(tables: Sequence[str]) -> Iterator[Write]:
    def write(table: str, columns: str, rows: Rows) -> None:
        marks = ", ".join("?" * (columns.count(",") + 1))
        raw = connection.connection
        raw.execute("BEGIN")
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608
        raw.execute("COMMIT")

    _run(_FAST_SQLITE)
    named = ", ".join(f"'{table}'" for table in tables)
    parts = _rows(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') "  # noqa: S608
        f"AND sql IS NOT NULL AND tbl_name IN ({named})"
    )
    _run(f'DROP {kind} "{name}"' for kind, name, _ in parts)
    yield write
    _run(definition for _, _, definition in parts)
    _run([f"INSERT INTO {engines.INDEX} ({engines.INDEX}) VALUES ('rebuild')"])  # noqa: S608
    # No ANALYZE: nobody runs it on an instance, so its planner knows nothing of the sizes either.
    _run(["PRAGMA journal_mode=WAL"])


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)


def _rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found

"""Raw SQL, in every dialect of replacing and emptying, does not get past the triggers."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from evidence.append_only import protected_models
from tests.anomalies.everything import attest_everything, contents
from tests.plugins.world import World

pytestmark = pytest.mark.usefixtures("as_owner")  # the role of a server gets not even this far
TABLES = [model._meta.db_table for model in protected_models()]


@pytest.fixture(autouse=True)
def _nothing_changed(world: World) -> Iterator[None]:
    attest_everything(world)
    if connection.vendor == "postgresql":
        # A table with rows whose foreign keys wait for the commit cannot be truncated at all.
        run("SET CONSTRAINTS ALL IMMEDIATE")
    before = contents()
    yield
    assert contents() == before


def run(statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def succeeds(statement: str, table: str, values: list[Any] | None = None) -> bool:
    """Tell whether a statement gets past the rule of a table, whatever else stops it."""
    try:
        with transaction.atomic():
            run(statement, values)
    except IntegrityError as refusal:
        return f"append-only: rows of {table} are never updated or deleted" not in str(refusal)
    return True


def columns_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        description = connection.introspection.get_table_description(cursor, table)
    return [column.name for column in description]


def unique_sets(table: str) -> list[set[str]]:
    """Return the columns of each unique index there really is, whatever the models say."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table)
    return [set(found["columns"]) for found in constraints.values() if found["unique"]]


def test_plain_statements() -> None:
    for table in TABLES:
        key = columns_of(table)[0]
        assert not succeeds(f'UPDATE "{table}" SET "{key}" = "{key}"', table)  # noqa: S608
        assert not succeeds(f'DELETE FROM "{table}"', table)  # noqa: S608
        assert not succeeds(f'DELETE FROM "{table}" WHERE 1 = 1', table)  # noqa: S608


def rows_in_the_way(table: str) -> Iterator[tuple[str, list[str], list[Any]]]:
    """Yield for each unique index a new row that collides with an old one there and only there.

    Its name, its columns and its values. On SQLite also one that has only the rowid of an old row.
    """
    columns, sets = columns_of(table), unique_sets(table)
    unique = set().union(*sets)
    named = ", ".join(f'"{column}"' for column in columns)
    for taken in sets:
        known = " AND ".join(f'"{column}" IS NOT NULL' for column in taken)
        old = run(f'SELECT {named} FROM "{table}" WHERE {known}')  # noqa: S608
        if not old:  # no row of this table has, for instance, an Idempotency-Key
            continue
        row = dict(zip(columns, old[0], strict=True))
        fresh = {column: another(column, row[column]) for column in unique - taken}
        yield "+".join(sorted(taken)), columns, list((row | fresh).values())
    if connection.vendor == "sqlite":
        old = run(f'SELECT rowid, {named} FROM "{table}"')  # noqa: S608
        row = dict(zip(["rowid", *columns], old[0], strict=True))
        fresh = {column: another(column, row[column]) for column in unique}
        yield "rowid", ["rowid", *columns], list((row | fresh).values())


def another(column: str, value: Any) -> Any:
    """Return a value of the same type that no row has, and that other constraints let pass."""
    if column == "previous_size":
        return value + 1  # it stays below the size, and the log has one checkpoint
    if isinstance(value, int):
        return value + 10_000  # a small integer may be all that fits
    return uuid.uuid4() if isinstance(value, uuid.UUID) else uuid.uuid4().hex


def insert(verb: str, table: str, columns: list[str]) -> str:
    named = ", ".join(f'"{column}"' for column in columns)
    return f'{verb} INTO "{table}" ({named}) VALUES ({", ".join(["%s"] * len(columns))})'


def test_replacing_a_row_by_whatever_makes_it_unique() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    tried = 0
    for table in TABLES:
        for name, columns, values in rows_in_the_way(table):
            for verb in ("INSERT OR REPLACE", "REPLACE"):
                assert not succeeds(insert(verb, table, columns), table, values), (table, name)
                tried += 1
    assert tried >= 2 * 2 * len(TABLES)


def test_an_update_that_replaces_what_is_in_its_way() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no UPDATE OR REPLACE")
    for table in TABLES:
        key = columns_of(table)[0]
        for verb in ("UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR FAIL"):
            assert not succeeds(f'{verb} "{table}" SET "{key}" = "{key}"', table)


def test_an_insert_that_turns_into_an_update() -> None:
    for table in TABLES:
        key = columns_of(table)[0]
        for name, columns, values in rows_in_the_way(table):
            if name == "rowid":
                continue
            target = ", ".join(f'"{column}"' for column in name.split("+"))
            upsert = f"{insert('INSERT', table, columns)} ON CONFLICT ({target}) DO UPDATE SET "
            assert not succeeds(upsert + f'"{key}" = EXCLUDED."{key}"', table, values), name


def test_a_merge_that_updates_or_deletes() -> None:
    if connection.vendor != "postgresql" or connection.pg_version < 15_00_00:  # type: ignore[attr-defined]
        pytest.skip("MERGE came with PostgreSQL 15")
    for table in TABLES:
        key = columns_of(table)[0]
        merge = f'MERGE INTO "{table}" t USING "{table}" s ON t."{key}" = s."{key}" WHEN MATCHED '
        assert not succeeds(merge + "THEN DELETE", table)
        assert not succeeds(merge + f'THEN UPDATE SET "{key}" = s."{key}"', table)


def test_truncating() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    for table in TABLES:
        with pytest.raises(IntegrityError, match="append-only: rows of"), transaction.atomic():
            run(f'TRUNCATE "{table}" CASCADE')


def test_a_session_that_claims_to_be_a_replica() -> None:
    """Ordinary triggers, and foreign keys, are silent there; these are not."""
    if connection.vendor != "postgresql":
        pytest.skip("a role of PostgreSQL sessions")
    run("SET session_replication_role = replica")
    try:
        test_plain_statements()
        test_truncating()
    finally:
        run("SET session_replication_role = DEFAULT")

"""The triggers that guard append-only tables: their SQL, and how to find them in a database.

They hold where Python does not reach: raw SQL, the admin, a later migration. Which tables they
guard, when they are installed and who is told when one is missing is `evidence.append_only`.
"""

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

RULE = "append-only: rows of {table} are never updated or deleted"


def names(model: type[models.Model], vendor: str) -> list[str]:
    """Return the names of the triggers that guard a model's table."""
    table = model._meta.db_table
    last = "truncate" if vendor == "postgresql" else "replace"
    return [f"{table}_no_{act}" for act in ("update", "delete", last)]


def _unique_sets(model: type[models.Model]) -> list[list[str]]:
    """Return the columns of the key and of each unique constraint."""
    meta = model._meta
    if meta.unique_together:
        raise TypeError(f"{meta.label}: write a UniqueConstraint in place of unique_together")
    columns = {field.name: str(field.column) for field in meta.local_concrete_fields}
    sets = [[columns[field.name]] for field in meta.local_concrete_fields if field.unique]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            if constraint.condition is not None or constraint.expressions:
                raise TypeError(f"{constraint.name}: the guard against REPLACE needs plain columns")
            sets.append([columns[name] for name in constraint.fields])
    return sets


def _sqlite(model: type[models.Model]) -> list[str]:
    table = model._meta.db_table
    message = RULE.format(table=table)
    no_update, no_delete, no_replace = names(model, "sqlite")
    # REPLACE deletes the rows in its way without firing delete triggers, whichever unique index
    # they are in its way by; so an insert that would collide on any of them is refused before.
    # NULL equals nothing, here as in the indexes.
    # A table whose key is not a number has another one that no model shows, the rowid.
    collisions = " OR ".join(
        "(" + " AND ".join(f'"{column}" = NEW."{column}"' for column in columns) + ")"
        for columns in [["rowid"], *_unique_sets(model)]
    )
    return [
        f'CREATE TRIGGER "{no_update}" BEFORE UPDATE ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        f'CREATE TRIGGER "{no_delete}" BEFORE DELETE ON "{table}" '
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        f'CREATE TRIGGER "{no_replace}" BEFORE INSERT ON "{table}" '  # noqa: S608  our own names
        f'WHEN EXISTS (SELECT 1 FROM "{table}" WHERE {collisions}) '
        f"BEGIN SELECT RAISE(ABORT, 'UNIQUE constraint failed; {message}'); END",
    ]


_POSTGRES_BODY = """
BEGIN
    RAISE EXCEPTION 'append-only: rows of % are never updated or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
"""
POSTGRES_FUNCTION = (
    "CREATE OR REPLACE FUNCTION trailkeeper_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$${_POSTGRES_BODY}$$"
)


def _postgres(model: type[models.Model]) -> list[str]:
    table = model._meta.db_table
    no_update, no_delete, no_truncate = names(model, "postgresql")
    call = "EXECUTE FUNCTION trailkeeper_append_only()"
    statements = [
        f'CREATE TRIGGER "{no_update}" BEFORE UPDATE ON "{table}" FOR EACH ROW {call}',
        f'CREATE TRIGGER "{no_delete}" BEFORE DELETE ON "{table}" FOR EACH ROW {call}',
        f'CREATE TRIGGER "{no_truncate}" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {call}',
    ]
    # ALWAYS: they hold under session_replication_role = replica too.
    for name in (no_update, no_delete, no_truncate):
        statements.append(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "{name}"')
    return statements


def create(model: type[models.Model], vendor: str) -> list[str]:
    """Return the statements that make the triggers of a model's table."""
    return _postgres(model) if vendor == "postgresql" else _sqlite(model)


def present(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """Return what the database says of each trigger, by table and name, as `expected` puts it."""
    if connection.vendor == "postgresql":
        return _postgres_present(connection)
    return _sqlite_present(connection)


def expected(model: type[models.Model], vendor: str) -> list[tuple[str, str]]:
    """Return each trigger of a model with what the database should say of it."""
    named = names(model, vendor)
    if vendor == "sqlite":
        return list(zip(named, _sqlite(model), strict=True))
    return list(zip(named, ("update", "delete", "truncate"), strict=True))


def _sqlite_present(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {(table, name): sql for table, name, sql in cursor.fetchall()}


def _postgres_present(connection: BaseDatabaseWrapper) -> dict[tuple[str, str], str]:
    """Return what each trigger that always fires, without a condition, guards against.

    The bits of `tgtype` are those of PostgreSQL's `catalog/pg_trigger.h`: row 1, before 2,
    delete 8, update 16, truncate 32.
    """
    query = """
        SELECT c.relname, t.tgname,
               CASE t.tgtype WHEN 19 THEN 'update' WHEN 11 THEN 'delete' WHEN 34 THEN 'truncate' END
          FROM pg_trigger t
          JOIN pg_class c ON c.oid = t.tgrelid
          JOIN pg_proc p ON p.oid = t.tgfoid
         WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND t.tgqual IS NULL
           AND pg_table_is_visible(c.oid) AND p.prosrc = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [_POSTGRES_BODY])
        return {(table, name): guards for table, name, guards in cursor.fetchall()}

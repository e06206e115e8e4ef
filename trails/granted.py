"""What the role that is connected to PostgreSQL may really do, held against what it needs.

Asked of the database itself, which knows of every grant, of what everybody may do, of memberships,
and of who owns what. Finding too much is as wrong as finding too little: the role of a server that
may change a record makes "written once" a habit in place of a rule.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from evidence.append_only import protected_models
from trails import rights

_ROLE = """
    SELECT current_user, rolsuper, rolcreaterole, rolreplication,
           has_schema_privilege(current_schema(), 'CREATE'),
           ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.rolname IN (
                'pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files')
              AND pg_has_role(current_user, r.oid, 'MEMBER'))
      FROM pg_roles WHERE rolname = current_user
"""
# Of each table of the schema: whether the role is its owner or may become that, and what it may do.
_TABLES = """
    SELECT c.relname, pg_has_role(current_user, c.relowner, 'MEMBER'),
           has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'INSERT'),
           has_table_privilege(c.oid, 'DELETE'), has_table_privilege(c.oid, 'TRUNCATE'),
           has_table_privilege(c.oid, 'REFERENCES'), has_table_privilege(c.oid, 'TRIGGER'),
           ARRAY(SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    AND has_column_privilege(c.oid, a.attnum, 'UPDATE') ORDER BY a.attnum),
           ARRAY(SELECT a.attname::text FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
      FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
       AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""

# Whether the role may make tables, and who owns any that it does not.
_OWNER = """
    SELECT current_user, has_schema_privilege(current_schema(), 'CREATE'),
           (SELECT min(pg_get_userbyid(c.relowner)) FROM pg_class c
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
               AND NOT pg_has_role(current_user, c.relowner, 'USAGE'))
"""


def stranger(connection: BaseDatabaseWrapper) -> str | None:
    """Return who is connected, in words, where that is not the owner of the tables; else None."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute(_OWNER)
        name, creates, other = cursor.fetchone()
    if other is not None:
        return f"the role {name}, which does not own the tables ({other} does)"
    return None if creates else f"the role {name}, which may make no tables"


def objections(connection: BaseDatabaseWrapper) -> list[str]:
    """Return, in sentences, everything that the connected role may do too much or too little."""
    return [*too_mighty(connection), *_of_tables(connection)]


def too_mighty(connection: BaseDatabaseWrapper) -> list[str]:
    """Return why rows that are written once are not safe from the connected role whatever it has
    been granted: it is a superuser, or owns tables and can take away their triggers.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLE)
        name, is_super, makes_roles, replicates, creates, groups = cursor.fetchone()
        cursor.execute(_TABLES)
        owned = [table for table, is_owner, *_ in cursor.fetchall() if is_owner]
    found = []
    if is_super:
        found.append(f"The role {name} is a superuser, whom nothing stops.")
    elif owned:
        found.append(
            f"The role {name} owns {_some(owned)}, or may become their owner: it can take away the "
            "triggers that keep what is written once."
        )
    if makes_roles and not is_super:
        found.append(f"The role {name} may make roles, and so give itself what it lacks.")
    if replicates and not is_super:
        found.append(f"The role {name} may replicate: it reads every byte past all grants.")
    if creates and not is_super:
        found.append(f"The role {name} may make tables and functions in the schema.")
    found += [f"The role {name} is a member of {group}." for group in groups if not is_super]
    return found


def _of_tables(connection: BaseDatabaseWrapper) -> Iterator[str]:
    known = {table.name: table for table in rights.tables()}
    written_once = {model._meta.db_table for model in protected_models()}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        found = {row[0]: row[2:] for row in cursor.fetchall()}
    for name in sorted(known.keys() - found.keys()):
        yield f"There is no table {name}. Run `manage.py migrate` and `createcachetable`."
    for name, (select, *verbs, updates, columns) in found.items():
        insert, delete, truncate, references, trigger = verbs
        table = known.get(name)
        why = ", which is written once" if name in written_once else ""
        wanted_columns = set(columns) if table and table.update == ("*",) else set()
        wanted_columns |= set(table.update) - {"*"} if table else set()
        allowed: dict[str, tuple[Any, Any]] = {
            "SELECT": (select, bool(table)),
            "INSERT": (insert, bool(table and table.insert)),
            "DELETE": (delete, bool(table and table.delete)),
            "TRUNCATE": (truncate, False),
            "REFERENCES": (references, False),
            "TRIGGER": (trigger, False),
        }
        for verb, (may, should) in allowed.items():
            if may and not should and (table or verb != "SELECT"):
                yield f"It may {verb} on {name}{why}, and must not."
            elif should and not may:
                yield f"It may not {verb} on {name}, and has to."
        if more := sorted(set(updates) - wanted_columns):
            yield f"It may UPDATE {_some(more)} of {name}{why}, and must not."
        if less := sorted(wanted_columns - set(updates)):
            yield f"It may not UPDATE {_some(less)} of {name}, and has to."


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


def check_role(databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where production runs as a role that can undo what the triggers guard."""
    if settings.DEBUG or settings.AS_OWNER or DEFAULT_DB_ALIAS not in (databases or []):
        return []
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return []
    return [
        checks.Warning(
            objection,
            hint="Make a role that owns nothing, give it what it needs by `manage.py grants "
            "--role NAME --apply`, and put it into DATABASE_URL; the owner's address goes into "
            "DATABASE_OWNER_URL, for migrations only.",
            id="trails.W001",
        )
        for objection in too_mighty(connection)
    ]

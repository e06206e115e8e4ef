"""The SQL that gives a role of PostgreSQL what the application needs, and takes all else away.

Run by the owner of the tables, and again after every migration: nobody was granted what is new. It
may be run at any time, beside a busy server, since all of it is one transaction. It does not make
the role; whoever administers the server does, with its password. What a role really may do in the
end is `trails.granted`.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from trails import rights

LONGEST = 63
"""Bytes that PostgreSQL keeps of a name."""

_TABLES = """
    SELECT c.relname, pg_has_role(current_user, c.relowner, 'USAGE')
      FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
       AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
     ORDER BY c.relname
"""
# Those that a column takes its default from. The numbers of an identity column need no grant.
_SEQUENCES = """
    SELECT s.relname, t.relname FROM pg_class s
      JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass
       AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
      JOIN pg_class t ON t.oid = d.refobjid
     WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace
     ORDER BY s.relname
"""


class CannotGrant(Exception):
    """The SQL cannot be written or run here. The text says what to do."""


def statements(connection: BaseDatabaseWrapper, role: str) -> list[str]:
    """Return the statements, in order, without the transaction around them.

    `CannotGrant` where there is nothing to grant: on SQLite, or before `migrate` has run.
    """
    if connection.vendor != "postgresql":
        raise CannotGrant(
            "The database is SQLite, which has no roles: whoever can write the file can write all "
            "of it. Keep the file to the server's account, or set DATABASE_URL to PostgreSQL."
        )
    return list(_statements(connection, role))


def _statements(connection: BaseDatabaseWrapper, role: str) -> Iterator[str]:
    to = _quoted(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), current_user")
        schema, owner = cursor.fetchone()
        cursor.execute(_TABLES)
        there = dict(cursor.fetchall())
        cursor.execute(_SEQUENCES)
        sequences = cursor.fetchall()
    known = {table.name: table for table in rights.tables()}
    _refuse_what_cannot_work(role, owner, there, known)
    where = _quoted(schema)
    yield f"REVOKE CREATE ON SCHEMA {where} FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA {where} FROM {to}"
    yield f"GRANT USAGE ON SCHEMA {where} TO {to}"
    # What a later migration makes is for its owner, until this has run again.
    for kind in ("TABLES", "SEQUENCES"):
        for place in ("", f" IN SCHEMA {where}"):
            yield f"ALTER DEFAULT PRIVILEGES{place} REVOKE ALL ON {kind} FROM {to}, PUBLIC"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA {where} FROM {to}, PUBLIC"
    for name, is_mine in there.items():
        if is_mine:
            yield f"REVOKE ALL ON TABLE {where}.{_quoted(name)} FROM {to}, PUBLIC"
        if name in known:
            verbs = ", ".join(_verbs(known[name]))
            yield f"GRANT {verbs} ON TABLE {where}.{_quoted(name)} TO {to}"
    for sequence, table in sequences:
        if table in known and known[table].insert:
            yield f"GRANT USAGE ON SEQUENCE {where}.{_quoted(sequence)} TO {to}"


def _refuse_what_cannot_work(
    role: str, owner: str, there: Mapping[str, bool], known: Mapping[str, rights.Table]
) -> None:
    if owner == role:
        raise CannotGrant(
            f"The role {role} is the one that is connected. Connect as the owner of the tables "
            "(DATABASE_OWNER_URL), and name the application's role (--role)."
        )
    absent = sorted(known.keys() - there.keys())
    if absent:
        raise CannotGrant(
            f"There is no table {', '.join(absent)}. Run `manage.py migrate` and "
            "`manage.py createcachetable` first."
        )
    foreign = sorted(name for name in known if not there[name])
    if foreign:
        raise CannotGrant(
            f"The role {owner} does not own {', '.join(foreign)}, so it can grant nothing of that. "
            "Connect as the owner of the tables (DATABASE_OWNER_URL)."
        )


def _verbs(table: rights.Table) -> Iterator[str]:
    yield "SELECT"
    if table.insert:
        yield "INSERT"
    if table.delete:
        yield "DELETE"
    if table.update == ("*",):
        yield "UPDATE"
    elif table.update:
        yield f"UPDATE ({', '.join(_quoted(column) for column in table.update)})"


def apply(connection: BaseDatabaseWrapper, made: Sequence[str]) -> None:
    """Run the statements, all or nothing."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in made:
            cursor.execute(statement, None)


def role_exists(connection: BaseDatabaseWrapper, role: str) -> bool:
    """Tell whether the server has a role of this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def _quoted(name: str) -> str:
    """Return a name as SQL takes it, whatever is in it; Django's own leaves one in quotes alone."""
    if not name or "\0" in name or len(name.encode()) > LONGEST:
        raise CannotGrant(f"{name!r} is no name. A name has 1 to {LONGEST} bytes.")
    return '"' + name.replace('"', '""') + '"'

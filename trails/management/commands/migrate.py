"""`manage.py migrate`: Django's own, which says why it cannot, and waits for no table long.

While a migration waits for a table that somebody reads, everybody who comes after waits behind it.
So it gives up after DATABASE_LOCK_TIMEOUT and changes nothing of that migration; run it again when
the site is quieter, or when a long command has ended.
"""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE
# Who may make tables in the schema, and becomes or is the owner of all that are there.
_OWNER = """
    SELECT current_user, has_schema_privilege(current_schema(), 'CREATE'),
           (SELECT min(pg_get_userbyid(c.relowner)) FROM pg_class c
             WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
               AND NOT pg_has_role(current_user, c.relowner, 'USAGE'))
"""


class Command(migrate.Command):
    """Migrates as the owner of the tables."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; `CommandError` says who should, or that somebody was in the way."""
        connection = connections[options["database"]]
        if connection.vendor == "postgresql":
            _refuse_who_owns_nothing(connection)
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise CommandError(
                "A table was in use for longer than DATABASE_LOCK_TIMEOUT, so the last migration "
                "named above gave up and changed nothing; those before it are done. Run it again, "
                "when no long command (fsck, package, index) is at work: it goes on from there."
            ) from error


def _refuse_who_owns_nothing(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_OWNER)
        name, creates, other = cursor.fetchone()
    if creates and other is None:
        return
    whose = f"which owns none of the tables ({other} does)" if other else "which may make no tables"
    raise CommandError(
        f"Migrations change tables, and this is the role {name}, {whose}. Put the owner's address "
        "into DATABASE_OWNER_URL for this command, and grant what is new: `manage.py grants "
        "--apply`. The role of the application stays as it is."
    )

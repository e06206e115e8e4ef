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

from trails import granted

_LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE


class Command(migrate.Command):
    """Migrates as the owner of the tables."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate; `CommandError` says who should, or that somebody was in the way."""
        connection = connections[options["database"]]
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
    stranger = granted.stranger(connection)
    if stranger is not None:
        raise CommandError(
            f"Migrations change tables, and this is {stranger}. Put the owner's address into "
            "DATABASE_OWNER_URL for this command, and grant what is new: `manage.py grants "
            "--apply`. The role of the application stays as it is."
        )

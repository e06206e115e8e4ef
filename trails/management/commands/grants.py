"""`manage.py grants`: what the application's role of PostgreSQL gets, as SQL; and what it has.

Printed by default, for whoever looks before they run something as the owner of a database.
"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from trails import granted, grants


class Command(BaseCommand):
    """Prints, applies or checks what a role may do."""

    help = (
        "Print the SQL that gives the application's role of PostgreSQL the least it needs: SELECT "
        "and INSERT on what is written once. Connects as DATABASE_OWNER_URL. Run it again after "
        "every migration."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare for whom, and what to do with the SQL."""
        parser.add_argument(
            "--role",
            default=settings.APPLICATION_ROLE if settings.HAS_OWNER_URL else "",
            help="the application's role (default: the user of DATABASE_URL, where there is a "
            "DATABASE_OWNER_URL)",
        )
        doing = parser.add_mutually_exclusive_group()
        doing.add_argument("--apply", action="store_true", help="run it, all or nothing")
        doing.add_argument(
            "--check",
            action="store_true",
            help="say what the role of DATABASE_URL may do too much or too little; exit status 1 "
            "if anything",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, apply or check."""
        if options["check"]:
            self._check()
            return
        role = options["role"]
        if not role and connection.vendor == "postgresql":
            raise CommandError(
                "For whom? Write --role NAME, the role that the application connects as; or set "
                "DATABASE_OWNER_URL, and it is the user of DATABASE_URL."
            )
        try:
            made = grants.statements(connection, role)
        except grants.CannotGrant as error:
            raise CommandError(str(error)) from error
        if not options["apply"]:
            self.stdout.write("\n".join(["BEGIN;", *[f"{one};" for one in made], "COMMIT;"]))
            return
        if not grants.role_exists(connection, role):
            raise CommandError(
                f"There is no role {role}. Whoever administers the server makes it: "
                f"CREATE ROLE {role} LOGIN PASSWORD '...';"
            )
        grants.apply(connection, made)
        self.stdout.write(
            f"The role {role} may do what the application needs. "
            "`manage.py grants --check` asks as that role."
        )

    def _check(self) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("The database is SQLite, which has no roles.")
        found = granted.objections(connection)
        for objection in found:
            self.stdout.write(objection)
        if found:
            raise CommandError(
                "The role of DATABASE_URL has other rights than it should. As the owner: "
                "`manage.py grants --apply`."
            )
        self.stdout.write("The role may do what the application needs, and nothing else.")

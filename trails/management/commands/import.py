"""`manage.py import FILE`: takes an organization in from an export, whole or not at all.

For a restore, and for moving to another database, vault or machine. Stop what serves the old one
first: two instances that go on with one log contradict each other.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import EvidenceError
from trails.errors import TrailsError
from trails.management.commands.verify_export import key, summary
from trails.management.line import Line
from trails.moving.importing import Options, import_organization


class Command(BaseCommand):
    """Verifies an export, puts its files into the vault and its rows into the database."""

    help = (
        "Take an organization in from an export: all of it, or nothing where something is wrong. "
        "An interrupted import is run again. It keeps its name, because its log says it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file, and what only an operator can know."""
        parser.add_argument("file", metavar="FILE", type=Path, help="made by `manage.py export`")
        parser.add_argument(
            "--key", metavar="VKEY", type=key, help="the key of the log, from its owner"
        )
        parser.add_argument(
            "--map-people",
            action="store_true",
            help="people of the file whose address has an account here are the same people",
        )
        parser.add_argument(
            "--change-key",
            action="store_true",
            help="let this instance's LOG_KEY sign from now on, if it is another one than before",
        )
        parser.add_argument(
            "--vault-has-evidence",
            action="store_true",
            help="the export was made without evidence, and the vault was copied by other means",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what there is to know."""
        chosen = Options(
            key=options["key"],
            map_people=options["map_people"],
            change_key=options["change_key"],
            vault_has_evidence=options["vault_has_evidence"],
        )
        progress = Line()

        def show(what: str, done: int, total: int) -> None:
            progress.show(f"{what}: {done:,}" + (f" of {total:,}" if total else ""))

        try:
            with options["file"].open("rb") as file:
                done = import_organization(file, chosen, show)
        except (TrailsError, EvidenceError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            progress.clear()
        self.stdout.write(f"Imported {summary(done.checked, options['key'])}")
        for warning in done.warnings:
            self.stdout.write(f"Note: {warning}")

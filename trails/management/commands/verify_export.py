"""`manage.py verify_export FILE`: checks an export without touching a database or a vault."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import BadNote, EvidenceError
from evidence.ledger import note
from trails.errors import TrailsError
from trails.management.line import Line
from trails.moving.checking import Checked, check
from trails.moving.scratch import Scratch


def key(value: str) -> note.Key:
    """Return the key of a log from the command line."""
    try:
        return note.Key.parse(value)
    except BadNote as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def summary(checked: Checked, brought: note.Key | None) -> str:
    """Return what an export holds, in sentences, and what was not proven."""
    described = checked.description
    said = (
        f"{described.organization}: {checked.rows:,} rows, {checked.files:,} files with "
        f"{checked.size:,} bytes, as of {described.made_at}."
    )
    if checked.without_bytes:
        said += f" {checked.without_bytes:,} files are named without their bytes."
    if checked.checkpoint is None:
        return f"{said} Its log has signed nothing yet."
    said += f" Its log {described.origin} covers {checked.checkpoint.size:,} records"
    if brought is None:
        return (
            f"{said}, signed by the key in the file, which proves nothing by itself. "
            f"Compare it with the owner's, or give that by --key: {checked.vkey}"
        )
    return f"{said}, signed by the key that you brought."


class Command(BaseCommand):
    """Reads an export once and says whether all of it is right."""

    help = (
        "Verify an export without a database: its files, its statements, its tree and signature. "
        "What its rows say besides is held against the log by `import`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and the key."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--key", metavar="VKEY", type=key, help="the key of the log, from its owner"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, and say what the file holds."""
        progress = Line()
        try:
            with options["file"].open("rb") as file, Scratch() as scratch:
                checked = check(
                    file,
                    scratch,
                    key=options["key"],
                    progress=lambda n, of: progress.show(f"{n / 1e6:,.0f} of {of / 1e6:,.0f} MB"),
                )
        except (TrailsError, EvidenceError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            progress.clear()
        self.stdout.write(f"Nothing is wrong with {summary(checked, options['key'])}")

"""`manage.py index`: writes the words of what no search finds yet, and counts again if told to.

Both are derived from what is recorded, and kept with every report; this is for what was recorded
before there was a search, and for the day when somebody has doubts. Beside a busy server it may
run, and be stopped and started again.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from trails.actions.counting import recount
from trails.actions.indexing import index_missing

_TOLD_EVERY = 10_000


class Command(BaseCommand):
    """Indexes what is missing."""

    help = "Write the words of every workflow and attestation that a search does not find yet."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what else is done."""
        parser.add_argument(
            "--recount", action="store_true", help="count the workflows of each trail again too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Index, and say how far it is."""
        made = index_missing(self._tell)
        self.stdout.write(f"Indexed {made} events that were not.")
        if options["recount"]:
            recount()
            self.stdout.write("Counted the workflows of every trail again.")

    def _tell(self, looked: int, made: int) -> None:
        if looked % _TOLD_EVERY == 0:
            self.stdout.write(f"{looked} events looked at, {made} indexed.")

"""`manage.py sweep`: removes bytes that an interrupted report left in the vault without a name,
uploads that were not attested within their day, and what a disposal left.

Run it daily. It may run beside a busy server and beside itself.
"""

import argparse
import datetime
import math
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import VaultUnavailable
from evidence.vault import store
from trails import direct, erasing, held, preparing

LEAST_HOURS = 1
_MOST_HOURS = 24 * 365 * 100


def hours(value: str) -> float:
    """Return a number of hours from the command line."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= _MOST_HOURS:  # which is also false for what is not a number
        raise argparse.ArgumentTypeError(f"'{value}' is not a number of hours, such as 24 or 1.5")
    return number


class Command(BaseCommand):
    """Sweeps the vault and says how much there was."""

    help = "Remove staged and stored bytes that nothing names and that are old enough."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what counts as old."""
        parser.add_argument(
            "--older-than-hours",
            type=hours,
            default=24,
            metavar="HOURS",
            help="more than the longest upload takes (default: 24)",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help=f"allow less than {LEAST_HOURS} hour, when no report can be under way",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep, or explain why not."""
        age = options["older_than_hours"]
        if age < LEAST_HOURS and not options["force"]:
            raise CommandError(
                f"Bytes younger than {LEAST_HOURS} hour may belong to a report that is under way: "
                "they are staged before anything names them, and removing them would make the "
                f"report fail. Give at least {LEAST_HOURS}, or stop the server and add --force."
            )
        ended, packages = held.sweep(), preparing.sweep()
        try:
            staged, stored = store.sweep(
                older_than=datetime.timedelta(hours=age),
                spared=held.spared,
                awaited=direct.awaited,
            )
            direct_ended = direct.sweep()
            erased = erasing.finish()
        except VaultUnavailable as error:
            raise CommandError(f"{error} What was swept is gone; the rest waits.") from error
        if erased.gone:
            self.stdout.write(f"Removed {erased.gone} files that were disposed of.")
        if erased.retained:
            self.stdout.write(
                f"The store still keeps {erased.retained} files that were disposed of, because of "
                "a retention or hold of its own. A later sweep removes them."
            )
        if packages:
            self.stdout.write(f"Removed {packages} prepared packages of trails that had ended.")
        if ended:
            self.stdout.write(f"Removed {ended} uploaded files that were not attested in time.")
        if direct_ended:
            self.stdout.write(f"Removed {direct_ended} direct uploads that had ended.")
        self.stdout.write(
            f"Removed what nothing named for {age:g} hours: {staged} staged files, "
            f"{stored} stored files."
        )

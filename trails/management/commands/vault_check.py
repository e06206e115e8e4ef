"""`manage.py vault_check`: attacks objects of its own in the vault, and says what was enforced.

Pages say that the vault is write-once on the ground of what this command found, and on no other.
Exit status 0: proven. 1: not enforced, or nothing could be told. 2: it could not run to the end,
and nothing is known.
"""

import argparse
import json
import sys
from typing import Any

from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import EvidenceError
from evidence.models import VaultCheck
from evidence.vault.check import run
from evidence.vault.check.verdict import Verdict

COULD_NOT_RUN = 2
_LONGEST = 24 * 3600


def seconds(value: str) -> int:
    """Return for how many seconds canaries are locked: half a minute to a day."""
    if value.isascii() and value.isdigit() and 30 <= int(value[:9]) <= _LONGEST:
        return int(value)
    raise argparse.ArgumentTypeError(f"'{value}' is not a number of seconds from 30 to {_LONGEST}")


class Command(BaseCommand):
    """Checks the vault, keeps what it found, and tells it."""

    help = (
        "Try to overwrite, delete and unlock objects of its own in the vault, and keep what came "
        "of it. Exit status: 0 write-once is proven, 1 it is not, 2 could not run to the end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how much is tried, and how it is told."""
        parser.add_argument("--json", action="store_true", help="the whole report, as JSON")
        parser.add_argument(
            "--no-bucket-wide",
            action="store_true",
            help="do not try to suspend versions or to remove the bucket's lock",
        )
        parser.add_argument(
            "--seconds",
            type=seconds,
            default=run.SECONDS,
            metavar="N",
            help="how long its objects are locked (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, keep the verdict, report, and end with the status that says how it went."""
        try:
            report = run.check(
                storages["vault"],
                settings_too=not options["no_bucket_wide"],
                seconds=options["seconds"],
            )
        except (EvidenceError, OSError) as error:
            raise CommandError(f"No verdict: {error}", returncode=COULD_NOT_RUN) from error
        row = run.keep(report)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(row) | {"left": report.left}))
        else:
            self.stdout.write("\n".join([*_in_words(row), *filter(None, [report.left])]))
        if report.verdict is not Verdict.PROVEN:
            sys.exit(1)


def _as_json(row: VaultCheck) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "at": row.at.isoformat(),
        "vault": row.vault,
        "verdict": row.verdict,
        **row.findings,
    }


def _in_words(row: VaultCheck) -> list[str]:
    lines = [f"The vault at {row.vault}", ""]
    for attempt in row.findings["attempts"]:
        lines.append(f"{attempt['outcome']:>9}  {attempt['name']}: {attempt['tried']}")
        if attempt["answered"]:
            lines.append(f"{'':11}answered: {attempt['answered']}")
        lines.append(f"{'':11}{attempt['found']}")
    return [*lines, "", row.findings["said"], *row.findings["remarks"]]

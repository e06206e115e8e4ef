"""`manage.py repair`: restores damaged evidence in the vault from the replica, or the other way.

Both copies are read before one is touched, and the damaged bytes are kept. Exit status 0: all that
was named is whole. 1: something is not. 2: it could not go on; run it again.
"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import EvidenceError
from evidence.models import Blob
from evidence.vault import copies, repairing
from evidence.vault.pace import Pace
from evidence.vault.repairing import Outcome
from evidence.vault.rows import ScrubFinding
from trails.erasing import spent
from trails.management.arguments import add_rate

COULD_NOT_GO_ON = 2


class Command(BaseCommand):
    """Repairs what is named, or all open findings."""

    help = (
        "Restore damaged evidence from the other copy. Exit status: 0 all of it is whole, "
        "1 something is not, 2 could not go on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what is repaired."""
        parser.add_argument("sha256", nargs="*", help="what `scrub` or `fsck` has named")
        parser.add_argument("--all", action="store_true", help="every open finding of `scrub`")
        add_rate(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Repair blob by blob, and say what became of each copy."""
        named: list[str] = options["sha256"]
        if bool(named) == options["all"]:
            raise CommandError("Name the SHA-256 of each file to repair, or give --all.")
        pace, damaged = Pace(options["rate"]), 0
        for sha256 in named or _found():
            blob = Blob.objects.filter(pk=sha256).first() if copies.is_digest(sha256) else None
            if blob is None:
                raise CommandError(
                    f"No evidence here has the SHA-256 '{sha256}'.", returncode=COULD_NOT_GO_ON
                )
            try:
                outcomes = repairing.repair(blob, watch=pace, disposed=spent)
            except (EvidenceError, OSError) as error:
                raise CommandError(
                    f"{sha256} is not repaired: {error}", returncode=COULD_NOT_GO_ON
                ) from error
            for outcome in outcomes:
                self.stdout.write(_in_words(outcome))
            damaged += any(outcome.finding is not None for outcome in outcomes)
        if damaged:
            self.stdout.write(_advice())
            sys.exit(1)


def _found() -> list[str]:
    found = ScrubFinding.objects.open().order_by("blob").values_list("blob_id", flat=True)
    return list(dict.fromkeys(found))


def _in_words(outcome: Outcome) -> str:
    said = f"{outcome.sha256} {outcome.copy}"
    if outcome.is_disposed:
        return f"{said}: its evidence was disposed of, so there is nothing to repair."
    if outcome.finding is not None:
        return f"{said}: {outcome.finding.kind}. {outcome.finding.reason}"
    if not outcome.was_restored:
        return f"{said}: whole."
    kept = f" What was there is kept as {outcome.kept_as}." if outcome.kept_as else ""
    return f"{said}: restored from the {outcome.copy.other}.{kept}"


def _advice() -> str:
    if not copies.has_replica():
        return (
            "There is no replica to repair from (VAULT_REPLICA_URL). Put the file of a backup in "
            "its place, then run this again: it reads it."
        )
    return (
        "No copy of these is right. Put the file of a backup in the place of one of them, then run "
        "this again: it repairs the other."
    )

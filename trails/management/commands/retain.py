"""`manage.py retain`: has the store of the vault keep what retention and legal holds keep.

Only a store with Object Lock can do it; elsewhere there is nothing to do. With `--loop` it goes
over everything once, and then over what is new or has changed. It may run beside itself, and told
twice a store does the same; what a round was interrupted at, `--after` goes on from.
"""

import datetime
import logging
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from evidence.errors import EvidenceError
from evidence.vault.retaining import enforcing
from trails import retaining
from trails.loops import Rounds
from trails.management.arguments import add_loop

logger = logging.getLogger("trails.retain")

EVERY = 60.0
_REFUSALS_SHOWN = 20


class Command(BaseCommand):
    """Applies retention and holds to the store, once or again and again."""

    help = "Apply retention and legal holds to the store of the vault, where it can enforce them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whether it goes round, and where it begins."""
        add_loop(parser, EVERY)
        parser.add_argument(
            "--after",
            type=uuid.UUID,
            metavar="ATTESTATION",
            help="go on behind this attestation, where an earlier run was interrupted",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply; without a loop fail if the store has not confirmed something, and say what."""
        if not enforcing():
            self.stdout.write(
                "The vault has no lock that keeps files, so there is nothing to ask it for. "
                "Retention and holds are kept by Trailkeeper itself."
            )
            return
        after: uuid.UUID | None = options["after"]
        if not options["loop"]:
            if refused := self._round(after, None):
                raise CommandError("\n".join(refused[:_REFUSALS_SHOWN]))
            return
        since: datetime.datetime | None = None
        rounds = Rounds(options["every"])
        for _ in rounds:
            began = timezone.now()
            try:
                refused = self._round(after, since, rounds)
                # What was refused is asked for again, with all the rest.
                since, after = (None if refused else began), None
            except (DatabaseError, EvidenceError, OSError) as error:
                logger.error("No round of retention: %s", error)
            close_old_connections()

    def _round(
        self,
        after: uuid.UUID | None,
        since: datetime.datetime | None,
        rounds: Rounds | None = None,
    ) -> list[str]:
        """Apply once; return what the store has not confirmed."""
        blobs, refused = 0, []
        try:
            for applied in retaining.apply(after=after, since=since):
                after = applied.last
                blobs += applied.blobs
                refused += applied.refused
                for said in applied.refused:
                    logger.error("%s", said)
                if rounds is not None and rounds.are_over:
                    break
        except (DatabaseError, EvidenceError, OSError, KeyboardInterrupt):
            if after:
                self.stderr.write(f"Interrupted; go on with --after {after}")
            raise
        if blobs:
            self.stdout.write(f"The store keeps {blobs - len(refused)} of {blobs} files.")
        return refused

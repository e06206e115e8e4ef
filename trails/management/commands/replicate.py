"""`manage.py replicate`: copies to the replica what it lacks, once or again and again.

Several may run side by side, and be killed at any moment. Exit status 0: the replica has
everything, but for what others are copying. 1: findings. 2: it could not go on; run it again.
"""

import logging
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from evidence.errors import EvidenceError
from evidence.vault import copies, replica, rounds
from evidence.vault.pace import Pace, Stopped
from evidence.vault.replica import Copied
from evidence.vault.rounds import Wait
from trails.erasing import spent
from trails.loops import Rounds
from trails.management.arguments import add_loop, add_rate
from trails.management.progress import Progress

logger = logging.getLogger("trails.replicate")

EVERY = 5.0
COULD_NOT_GO_ON = 2


class Command(BaseCommand):
    """Fills the replica and keeps it full."""

    help = (
        "Copy evidence to the replica, VAULT_REPLICA_URL. The first run copies everything. "
        "Exit status: 0 done, 1 findings, 2 could not go on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how much is looked at, and how fast."""
        parser.add_argument(
            "--all", action="store_true", help="look for every blob, not only for new ones"
        )
        parser.add_argument("--at-once", type=int, choices=range(1, 33), default=4, metavar="4")
        parser.add_argument("--status", action="store_true", help="say how far it is behind")
        add_rate(parser)
        add_loop(parser, EVERY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, report, and end with the status that says how it went."""
        if not copies.has_replica():
            raise CommandError("There is no replica. Set VAULT_REPLICA_URL to where it should be.")
        if options["status"]:
            self.stdout.write(_lag_in_words())
            return
        every, everything = Rounds(options["every"]), options["all"]
        for _ in every:
            pace = Pace(options["rate"], is_over=lambda: every.are_over)
            try:
                with ThreadPoolExecutor(options["at_once"], "copy") as pool:
                    total = self._replicate(pool, pace, everything=everything)
                everything = False
            except Stopped as error:
                if options["loop"]:
                    return
                hint = "Run it again to go on."
                raise CommandError(f"Interrupted. {hint}", returncode=COULD_NOT_GO_ON) from error
            except (EvidenceError, DatabaseError, OSError) as error:
                if not options["loop"]:
                    raise CommandError(str(error), returncode=COULD_NOT_GO_ON) from error
                logger.error("The replica waits (again in %g s): %s", options["every"], error)
                close_old_connections()
                continue
            if not options["loop"]:
                self._end(total)
                return
            close_old_connections()

    def _replicate(self, pool: ThreadPoolExecutor, pace: Pace, *, everything: bool) -> Copied:
        """Queue what is not queued, if asked for or never done; then copy until none is due."""
        total, progress = Copied(), Progress()
        try:
            if everything or rounds.last_ended(replica.FILL) is None:
                round = rounds.begin(replica.FILL, anew=everything)
                while (part := replica.part(round)) is not None:
                    self._drain(pool, pace, total, progress)
                    if isinstance(part, Wait):
                        left = (part.until - timezone.now()).total_seconds()
                        time.sleep(min(max(left, 0.1), 1.0))
            self._drain(pool, pace, total, progress)
        finally:
            progress.clear()
        return total

    def _drain(
        self, pool: ThreadPoolExecutor, pace: Pace, total: Copied, progress: Progress
    ) -> None:
        pace(0)
        while (copied := replica.turn(pool, watch=pace, disposed=spent)) is not None:
            total.blobs += copied.blobs
            total.bytes += copied.bytes
            total.findings += copied.findings
            total.troubles += copied.troubles
            progress.clear()
            for found in copied.findings:
                self.stdout.write(str(found))
            for trouble in copied.troubles:
                logger.error("Not copied: %s", trouble)
            if copied.unavailable is not None:
                raise copied.unavailable
            progress.show(total.blobs, total.bytes)

    def _end(self, total: Copied) -> None:
        self.stdout.write(f"Copied {total.blobs:,} blobs, {total.bytes:,} bytes.")
        self.stdout.write(_lag_in_words())
        if total.troubles:
            raise CommandError("\n".join(total.troubles), returncode=COULD_NOT_GO_ON)
        if total.findings:
            sys.exit(1)


def _lag_in_words() -> str:
    lag = replica.lag()
    filled = "" if lag.is_filled else " It was never filled: `manage.py replicate` does it."
    if not lag.blobs:
        return "No blob waits for the replica." + filled
    count = f"{lag.blobs:,} or more" if lag.is_capped else f"{lag.blobs:,}"
    return (
        f"{count} blobs wait for the replica, {lag.bytes:,} bytes, the first since "
        f"{lag.since:%Y-%m-%d %H:%M} UTC.{filled}"
    )

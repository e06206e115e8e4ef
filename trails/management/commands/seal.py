"""`manage.py seal`: gives pending records their place in the log and signs checkpoints over them.

With `SEALING=worker` this is what seals, with `--loop`, as often as wanted and on several machines
at once. Where the servers seal themselves, it catches up after the reason why they could not.
"""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.db.models import Exists, OuterRef

from evidence.errors import EvidenceError
from evidence.ledger import log as ledger
from evidence.models import Log, Pending
from trails.loops import Backoff, Rounds
from trails.management.arguments import add_loop

logger = logging.getLogger("trails.seal")

EVERY = 1.0


class Command(BaseCommand):
    """Seals every log with pending records, once or again and again."""

    help = "Seal every log that has pending records."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whether it goes round."""
        add_loop(parser, EVERY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal; without a loop fail if one log was not sealed, and say why."""
        if not options["loop"]:
            if refused := self._seal(Backoff(EVERY)):
                raise CommandError("\n".join(refused))
            return
        rounds, backoff = Rounds(options["every"]), Backoff(options["every"])
        for _ in rounds:
            try:
                self._seal(backoff, rounds)
            except DatabaseError as error:
                # It may be away for a moment. The next round takes a new connection.
                logger.error("No round of seals: %s", error)
            close_old_connections()

    def _seal(self, backoff: Backoff, rounds: Rounds | None = None) -> list[str]:
        """Seal what is pending, log by log; return why some could not be sealed."""
        refused = []
        waiting = Log.objects.filter(Exists(Pending.objects.filter(log=OuterRef("pk"))))
        for log in waiting.order_by("origin"):
            if rounds is not None and rounds.are_over:
                break
            if not backoff.may_try(log.pk):
                continue
            try:
                sealed = ledger.seal(log)
            except (EvidenceError, OSError) as error:
                delay = backoff.failed(log.pk)
                refused.append(f"{log}: {error}")
                if rounds is not None:
                    logger.error("Log %s is not sealed (again in %g s): %s", log, delay, error)
                continue
            backoff.succeeded(log.pk)
            if sealed is not None:
                self.stdout.write(f"{log}: {sealed.size} records")
        return refused

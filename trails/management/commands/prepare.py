"""`manage.py prepare`: prepares the packages of trails that somebody asked for.

Without it they are prepared while the page that shows them is open, or a program asks how far they
are. With `--loop`, on as many machines as wanted, nobody has to wait there.
"""

import logging
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from trails.loops import Rounds
from trails.management.arguments import add_loop
from trails.models import TrailPackage
from trails.preparing import Preparation

logger = logging.getLogger("trails.prepare")

EVERY = 2.0
_TURN = 2.0  # seconds


class Command(BaseCommand):
    """Prepares what is asked for, once or again and again."""

    help = "Prepare the packages of trails that somebody asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whether it goes round."""
        add_loop(parser, EVERY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare."""
        if not options["loop"]:
            self._prepare()
            return
        rounds = Rounds(options["every"])
        for _ in rounds:
            try:
                self._prepare(rounds)
            except DatabaseError as error:
                # It may be away for a moment. The next round takes a new connection.
                logger.error("No round of packages: %s", error)
            close_old_connections()

    def _prepare(self, rounds: Rounds | None = None) -> None:
        """Take a turn at each package after the other, until there is nothing to do."""
        preparations: dict[uuid.UUID, Preparation] = {}
        goes_on = True
        while goes_on:
            goes_on = False
            waiting = TrailPackage.objects.preparing().order_by("pk")
            for package in waiting.select_related("trail"):
                if rounds is not None and rounds.are_over:
                    return
                found = preparations.setdefault(package.pk, Preparation(package)).turn(_TURN)
                if found is None:
                    continue
                goes_on = True
                if not found.is_preparing:
                    self.stdout.write(f"{found.trail}: {found.state}, {found.done} workflows")

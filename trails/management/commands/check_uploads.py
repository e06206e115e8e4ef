"""`manage.py check_uploads`: checks what clients have put into the store of the vault themselves.

Small uploads are checked while the client waits; the others need this. With `--loop`, on as many
machines as wanted, they are checked as they come.
"""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from evidence.errors import VaultUnavailable
from trails.checking import check
from trails.loops import Rounds
from trails.management.arguments import add_loop
from trails.models import DirectUpload
from trails.models.direct import UploadState

logger = logging.getLogger("trails.check_uploads")

EVERY = 2.0


class Command(BaseCommand):
    """Checks what was sent, once or again and again."""

    help = "Check evidence that clients have put into the store of the vault themselves."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whether it goes round."""
        add_loop(parser, EVERY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check."""
        if not options["loop"]:
            try:
                self._check()
            except VaultUnavailable as error:
                raise CommandError(f"{error} What was not checked waits.") from error
            return
        rounds = Rounds(options["every"])
        for _ in rounds:
            try:
                self._check(rounds)
            except (DatabaseError, VaultUnavailable) as error:
                # Either may be away for a moment.
                logger.error("No round of uploads: %s", error)
            close_old_connections()

    def _check(self, rounds: Rounds | None = None) -> None:
        """Check each upload after the other, those that were announced first."""
        waiting = DirectUpload.objects.current().filter(state=UploadState.CHECKING)
        for upload in waiting.order_by("pk"):
            if rounds is not None and rounds.are_over:
                return
            if (found := check(upload)) is not None:
                self.stdout.write(f"{found.pk}: {found.state}, {found.size} bytes")

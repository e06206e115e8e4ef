"""`manage.py publish`: has each log's newest checkpoint cosigned by witnesses, and timestamped.

Who is asked is in WITNESS_POLICY_FILE and TIMESTAMP_URL. Several publishers may run at once. What
fails is tried again, less and less often, and keeps nobody else from being asked.

Its first round asks those, too, who have cosigned. So after a backup was restored it is run before
the server is started: it fails if the witnesses have seen more than the backup holds.
"""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from evidence.errors import EvidenceError
from evidence.ledger import publishing
from evidence.models import Log
from trails.http import outgoing
from trails.loops import Backoff, Rounds
from trails.management.arguments import add_loop

logger = logging.getLogger("trails.publish")

EVERY = 60.0


class Command(BaseCommand):
    """Publishes the newest checkpoint of every log, once or again and again."""

    _goes_round = False
    help = (
        "Have the newest checkpoints cosigned by the witnesses of WITNESS_POLICY_FILE, and "
        "timestamped by the authority at TIMESTAMP_URL."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whether it goes round."""
        add_loop(parser, EVERY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish; without a loop fail if somebody did not vouch, and say why."""
        if settings.WITNESS_POLICY is None and not settings.TIMESTAMP_URL:
            raise CommandError(
                "There is nobody to publish to. Set WITNESS_POLICY_FILE, TIMESTAMP_URL or both."
            )
        self._goes_round = options["loop"]
        if not self._goes_round:
            if troubles := self._publish(Backoff(EVERY), again=True):
                raise CommandError("\n".join(troubles))
            return
        rounds, backoff = Rounds(options["every"]), Backoff(options["every"])
        again = True
        for _ in rounds:
            try:
                self._publish(backoff, again=again, rounds=rounds)
                again = False
            except DatabaseError as error:
                # It may be away for a moment. The next round takes a new connection.
                logger.error("No round of publishing: %s", error)
            close_old_connections()

    def _publish(self, backoff: Backoff, *, again: bool, rounds: Rounds | None = None) -> list[str]:
        """Publish log by log; return what went wrong."""
        troubles = []
        for log in Log.objects.order_by("origin"):
            if rounds is not None and rounds.are_over:
                break
            troubles += self._publish_one(log, backoff, again)
        if rounds is not None:
            for trouble in troubles:
                logger.error("%s", trouble)
        return troubles

    def _publish_one(self, log: Log, backoff: Backoff, again: bool) -> list[str]:
        """Publish one log's newest checkpoint. What is not about this log counts for all logs."""
        asked: set[str] = set()

        def may_ask(url: str) -> bool:
            if not (backoff.may_try(url) and backoff.may_try((url, log.pk))):
                return False
            asked.add(url)
            return True

        try:
            done = publishing.publish(
                log,
                policy=settings.WITNESS_POLICY,
                authority=settings.TIMESTAMP_URL,
                send=partial(outgoing.post, seconds=outgoing.SECONDS),
                may_ask=may_ask,
                again=again,
            )
        except EvidenceError as error:
            return [f"{log}: {error}"]
        troubles = [f"{log}: {reason}" for reason in done.contradictions]
        failed = {(t.url, log.pk) if t.is_about_log else t.url for t in done.troubles}
        for key in asked | {(url, log.pk) for url in asked}:
            if key not in failed:
                backoff.succeeded(key)
        delays = {key: backoff.failed(key) for key in failed}
        for trouble in done.troubles:
            delay = delays[(trouble.url, log.pk) if trouble.is_about_log else trouble.url]
            when = f" (again in {delay:g} s)" if self._goes_round else ""
            troubles.append(f"{log}: {trouble.url}: {trouble.reason}{when}")
        if done.checkpoint is not None and (done.cosigners or done.timestamped):
            names = sorted(key.name for key in done.cosigners)
            if done.timestamped:
                names.append(settings.TIMESTAMP_URL)
            self.stdout.write(f"{log}: {done.checkpoint.size} records, by {', '.join(names)}")
        return troubles

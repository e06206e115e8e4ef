"""Who seals for whom: after a commit, one thread seals and the others of its process wait for it.

Under load this makes batches by itself: while one seal runs, the records of many commits gather,
and the next seal covers them all.
"""

import logging
import os
import threading
import uuid

from django.conf import settings

from evidence.ledger.sealing import keep_copy, sign_next
from evidence.models import Log

logger = logging.getLogger("evidence.ledger")


class _Turn:
    """The seals of one log in this process: how many have begun and ended, and whether one runs."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.begun = self.ended = 0
        self.runs = False

    def take(self) -> bool:
        """Return true when the caller has to seal, false once a seal covers what it committed."""
        with self.changed:
            # The one that may run now began too early to have seen the caller's commit.
            covering = self.begun + 1
            while self.ended < covering:
                if not self.runs:
                    self.runs = True
                    self.begun += 1
                    return True
                self.changed.wait()
            return False

    def give_back(self) -> None:
        """End the caller's seal, and wake those who waited for it."""
        with self.changed:
            self.runs = False
            self.ended = self.begun
            self.changed.notify_all()


_turns: dict[uuid.UUID, _Turn] = {}
# The thread whose turn it was has not come along into a child that was forked meanwhile, and would
# never give it back there: everybody would wait for ever.
os.register_at_fork(after_in_child=_turns.clear)


def seal_after_commit(log: Log) -> None:
    """See to it that what was committed before this call is sealed, if sealing is inline.

    Never raises for what keeps the log from signing: the records are safe and stay pending, and the
    report that they belong to was accepted. The log says why, and so does the log's page.
    """
    if settings.SEALING != "inline":
        return
    turn = _turns.setdefault(log.pk, _Turn())
    if not turn.take():
        return
    try:
        try:
            sealed = sign_next(log)
        finally:
            turn.give_back()
        # Those who waited need not wait for this.
        if sealed is not None:
            keep_copy(log, sealed)
    # Whatever it is. The report is committed: an error now would make its sender send it again.
    except Exception as error:
        logger.exception("Sealing log %s failed: %s", log, error)

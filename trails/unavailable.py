"""Which failures pass by themselves, so that the same request may be sent again in a moment.

A database that is being restarted, a lock that somebody holds, a statement that took too long, a
store of evidence that does not answer, a full disk: none of them is the sender's fault or a mistake
of ours. Each dialect answers them with 503 and Retry-After. A connection that breaks off while it
commits leaves open what was recorded: a retry with the same Idempotency-Key, or of the same form,
finds it.

Threat. What databases and stores say in their errors names hosts, roles and statements. None of it
is shown; the log has it.
"""

import errno
import logging
import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError

from evidence.errors import VaultUnavailable
from trails.errors import Unavailable

logger = logging.getLogger(__name__)

_AGAIN = "Nothing counts as recorded until an answer says so. Send the same again in a moment."
# By SQLSTATE, or its class, the first two letters (PostgreSQL's appendix A).
_WORDS = {
    "57014": "The database took longer over this than it may.",  # query_canceled
    "55P03": "Somebody else is at work on the same rows for too long.",  # lock_not_available
    "25P03": "The database waited for this request for too long.",  # idle_in_transaction_…
    "25P04": "The database took longer over this than it may.",  # transaction_timeout
    "40001": "Two requests came into each other's way.",  # serialization_failure
    "40P01": "Two requests came into each other's way.",  # deadlock_detected
    "08": "The database cannot be reached.",  # connection_exception
    "53": "The database has no room left.",  # insufficient_resources
    "57": "The database is being restarted.",  # operator_intervention
}
# Of a disk, or of what we may use of it.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNTIL_ROOM = 60  # seconds: somebody has to make room
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def refusal_of(error: BaseException | None) -> Unavailable | None:
    """Return the refusal for a failure that passes, and log it; None for everything else."""
    if isinstance(error, VaultUnavailable):
        # Its own words are for the operator, and may name the store.
        refusal = Unavailable(
            f"The store of the evidence does not answer. {_AGAIN}", retry_after=error.retry_after
        )
    elif isinstance(error, DatabaseError | InterfaceError):
        words = _words(error)
        if words is None:
            return None
        refusal = Unavailable(f"{words} {_AGAIN}")
    elif isinstance(error, OSError) and error.errno in _FULL:
        refusal = Unavailable(
            f"The disk of the server has no room left. {_AGAIN}", retry_after=_UNTIL_ROOM
        )
    else:
        return None
    logger.warning("Answered with 503, to be sent again: %s", str(error).strip())
    return refusal


def _words(error: DatabaseError | InterfaceError) -> str | None:
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # without what is finer than its kind
        if code in _LOCKED:
            return _WORDS["55P03"]
        return _WORDS["53"] if code == sqlite3.SQLITE_FULL else None
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # It never got as far as to have one: no connection, or one that broke off.
        unreachable = isinstance(error, OperationalError | InterfaceError)
        return _WORDS["08"] if unreachable else None
    return _WORDS.get(state) or _WORDS.get(state[:2])

"""Locks across processes that end with the transaction, for what rows alone cannot keep apart."""

import zlib

from django.db import connection


def exclusive(purpose: str, name: str) -> None:
    """Wait until no other transaction holds this lock; it ends with the caller's transaction.

    SQLite has one writer at a time anyway: the transaction began with its lock.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        # The first number keeps purposes apart; two of them on one would only wait needlessly.
        number = zlib.crc32(purpose.encode()) >> 1
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [number, name])

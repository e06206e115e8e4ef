"""Locks across processes that end with the transaction, for what rows alone cannot keep apart."""

import zlib
from collections.abc import Collection

from django.db import connection

from evidence.writing import run


def exclusive(purpose: str, name: str) -> None:
    """Wait until no other transaction holds this lock; it ends with the caller's transaction.

    SQLite has one writer at a time anyway: the transaction began with its lock.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_number(purpose), name])


def exclusive_part(purpose: str, part: int) -> None:
    """Wait until no other transaction has this part of a purpose, shared or for itself."""
    if connection.vendor == "postgresql":
        run("SELECT pg_advisory_xact_lock(%s, %s)", [_number(purpose), part])


def shared_parts(purpose: str, parts: Collection[int]) -> None:
    """Share parts of a purpose with others; in `writing.together`, from its end on.

    Parts are few, whatever is locked: a database has room for some thousands of locks in all.
    """
    if connection.vendor == "postgresql" and parts:
        run(
            "SELECT pg_advisory_xact_lock_shared(%s, part) FROM unnest(%s::int[]) AS part",
            [_number(purpose), sorted(parts)],
        )


def _number(purpose: str) -> int:
    """Return the number that keeps purposes apart; two of them on one would only wait longer."""
    return zlib.crc32(purpose.encode()) >> 1

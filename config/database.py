"""From the URL of a database to Django's settings, with the durability that DESIGN asks for.

SQLite: write-ahead log, every commit synced, and transactions that take the write lock when they
begin (a deferred one fails with "database is locked" where two writers meet). PostgreSQL: pooled
connections that are checked before use, so that a restarted server is nobody's error twice; a
commit is acknowledged when it is on disk; and in a server, limits to what one request may wait for.

The limits are sent when a connection begins. A pooler that gives each transaction another
connection of its own refuses or loses them: set them to 0 then, and on the role in their place
(`ALTER ROLE trailkeeper_app SET statement_timeout = '30s'`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import process

_RECONNECTING = 5.0
"""Seconds that the pool goes on trying by itself; then the next request makes it try again."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections a process has, and for how many seconds anything may take; 0: for ever.

    `statement` one statement, `lock` the wait for one lock, `idle` the pause within a transaction.
    """

    pool_min: int
    pool_max: int
    pool_wait: int
    statement: int
    lock: int
    idle: int

    @property
    def in_force(self) -> dict[str, int]:
        """Return PostgreSQL's settings for this process, in milliseconds.

        Commands take as long as they need. A migration waits for a table no longer than a request
        would: while it waits, everybody who comes after waits behind it.
        """
        limits = {
            "statement_timeout": self.statement if process.serves() else 0,
            "lock_timeout": self.lock if process.serves() or process.command == "migrate" else 0,
            "idle_in_transaction_session_timeout": self.idle if process.serves() else 0,
        }
        return {name: seconds * 1000 for name, seconds in limits.items() if seconds}


def of(url: str, bounds: Bounds, *, prepare: bool, test_name: str = "") -> dict[str, Any]:
    """Return Django's settings for a database. `ImproperlyConfigured` for what is no such URL.

    `prepare`: PostgreSQL plans statements that come again once. `test_name`: the file that SQLite's
    tests write, so that their threads can write side by side.
    """
    settings: dict[str, Any] = dict(dj_database_url.parse(url))
    options = dict(settings.get("OPTIONS", {}))
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        # For nobody else on this machine: the file holds what the pages keep from strangers.
        Path(settings["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        if test_name:
            settings["TEST"] = {"NAME": test_name}
    elif settings["ENGINE"] == "django.db.backends.postgresql":
        _postgres(settings, options, bounds, prepare)
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://.")
    settings["OPTIONS"] = options
    return settings


def _postgres(
    settings: dict[str, Any], options: dict[str, Any], bounds: Bounds, prepare: bool
) -> None:
    if bounds.pool_min > bounds.pool_max:
        raise ImproperlyConfigured(
            f"DATABASE_POOL_MIN is {bounds.pool_min}. It must be at most DATABASE_POOL_MAX, which "
            f"is {bounds.pool_max}."
        )
    options.setdefault(
        "pool",
        {
            "min_size": bounds.pool_min,
            "max_size": bounds.pool_max,
            "timeout": bounds.pool_wait,
            "reconnect_timeout": _RECONNECTING,
        },
    )
    # Each connection is asked whether it lives before a request gets it: after a restart of
    # PostgreSQL those of the pool are replaced, and nobody has to restart the server.
    settings["CONN_HEALTH_CHECKS"] = True
    options.setdefault("connect_timeout", max(bounds.pool_wait, 2))
    if prepare:
        # Statements that come again are planned once: half of the database's work on a report.
        options |= {"server_side_binding": True, "prepare_threshold": 3}
    else:
        # A cursor that stays open between transactions is lost to such a pooler, too.
        settings["DISABLE_SERVER_SIDE_CURSORS"] = True
    limits = [f"-c {name}={value}" for name, value in bounds.in_force.items()]
    if limits:
        # What the URL says comes last, and holds.
        options["options"] = " ".join([*limits, options.get("options", "")]).strip()

"""The roles of PostgreSQL under `--engine scale`: an owner migrates, the application is tested.

What runs in the tests' own process signs in as the one who made its database and takes on the
application's role at once, so that a test can put it down to do what an intruder or a migration
would. Servers and their commands sign in as the application, and commands that need the owner as
an owner who is no superuser: as in production, by `DATABASE_URL` and `DATABASE_OWNER_URL`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

OWNER = "trailkeeper_owner"
APPLICATION = "trailkeeper_app"

POSTGRES_URL = "TESTS_POSTGRES_URL"
"""Names, in the environment, the PostgreSQL server of this run, with a superuser of it."""


def make_roles(url: str) -> None:
    """Makes both roles, if an earlier run on this server has not."""
    with psycopg.connect(url, autocommit=True) as connection:
        for role in (OWNER, APPLICATION):
            query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
            if connection.execute(query, [role]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def url_as(role: str, url: str) -> str:
    """Gives the address of the same database for another role, whom the server trusts."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}@{host}").geturl()


def superuser_url(url: str) -> str:
    """Gives the address of the same database for whoever administers the server of this run."""
    return urlsplit(os.environ[POSTGRES_URL])._replace(path=urlsplit(url).path).geturl()


@contextmanager
def owning(connection: Any) -> Iterator[None]:
    """Puts down the application's role for the block; does nothing where none was taken on."""
    if not _is_application(connection):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
    try:
        yield
    finally:
        # A transaction that has failed takes nothing more, and its rollback takes this back too.
        if connection.connection.info.transaction_status != TransactionStatus.INERROR:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")  # to what the connection began with


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Runs the block as the owner and without triggers: what no role of a server can do."""
    from evidence.append_only import lifted as without_triggers

    with owning(connection), without_triggers(connection):
        yield


_TAKEN_ON = f" -c role={APPLICATION}"


def take_on(connection: Any) -> None:
    """Has every connection that begins from now on take on the application's role."""
    _begin_anew(connection, _options(connection) + _TAKEN_ON)


def put_down(connection: Any) -> None:
    """Has every connection that begins from now on keep its own role."""
    _begin_anew(connection, _options(connection).removesuffix(_TAKEN_ON))


def _is_application(connection: Any) -> bool:
    return _options(connection).endswith(_TAKEN_ON)


def _options(connection: Any) -> str:
    return str(connection.settings_dict["OPTIONS"].get("options", ""))


def _begin_anew(connection: Any, options: str) -> None:
    # The settings of all threads: they share this dict, and the pool.
    connection.settings_dict["OPTIONS"]["options"] = options
    connection.close()
    connection.close_pool()

"""What passes by itself is answered with 503 and Retry-After, on pages and to programs."""

import http.client
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import IntegrityError, OperationalError

from evidence.errors import VaultUnavailable
from tests.anomalies.reporters import make_world
from tests.plugins import roles
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from trails.unavailable import refusal_of

RECOVERY = 10.0
"""Seconds within which the pool tries again by itself."""
PAGE = "/acme/prod-server-access/"
API = "/api/v1/organizations/acme/trails/prod-server-access"
KOSLI = "/api/v2/audit_trails/acme/prod-server-access"


def ask(server: Server, path: str, token: str = "") -> tuple[int, str | None, str]:
    """Return the status, when to try again, and the body of an answer."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=40)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    answer = response.status, response.getheader("Retry-After"), response.read().decode()
    connection.close()
    return answer


@contextmanager
def held(server: Server, table: str) -> Iterator[None]:
    """Hold a table as a migration does, for the length of the block."""
    with psycopg.connect(roles.superuser_url(server.database_url)) as holder:
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield


@pytest.fixture
def on_postgres(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("engine") == "sqlite":
        pytest.skip("SQLite waits for one lock only, that of the file")


@pytest.mark.usefixtures("on_postgres")
@pytest.mark.parametrize(
    "limits",
    [
        {"DATABASE_LOCK_TIMEOUT": "1"},
        {"DATABASE_LOCK_TIMEOUT": "0", "DATABASE_STATEMENT_TIMEOUT": "1"},
    ],
    ids=["a lock", "a statement"],
)
def test_what_takes_too_long_is_given_up(limits: dict[str, str], make_server: MakeServer) -> None:
    server = make_server()
    server.environment.update(limits)
    token = make_world(server, ["run-1"])
    server.start()
    with held(server, "trails_trail"):
        status, again, page = ask(server, PAGE)
        assert status == 503 and again is not None
        assert "Not at the moment" in page and "Send the same again" in page
        status, again, body = ask(server, API, token)
        problem = json.loads(body)
        assert (status, problem["type"]) == (503, "urn:trailkeeper:problem:unavailable")
        assert again is not None and "Send the same again" in problem["detail"]
        status, again, body = ask(server, KOSLI, token)
        assert status == 503 and again is not None
        assert "Send the same again" in json.loads(body)["message"]
        assert "trails_trail" not in page + body  # nothing of the statement shows
    assert ask(server, PAGE)[0] == ask(server, API, token)[0] == ask(server, KOSLI, token)[0] == 200


@pytest.mark.usefixtures("on_postgres")
def test_commands_are_not_given_up(make_server: MakeServer) -> None:
    server = make_server(DATABASE_STATEMENT_TIMEOUT="1", DATABASE_LOCK_TIMEOUT="1")
    show = "from django.db import connection as c; k = c.cursor(); "
    for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        ask_for = f"k.execute('SHOW {setting}'); print(k.fetchone()[0])"
        assert server.manage("shell", "-v0", "-c", show + ask_for).stdout.strip() == "0"


@pytest.mark.usefixtures("on_postgres")
def test_a_database_that_was_away_is_found_again(make_server: MakeServer) -> None:
    server = make_server(DATABASE_POOL_TIMEOUT="1")
    token = make_world(server, ["run-1"])
    server.start()
    assert ask(server, PAGE)[0] == 200
    database = urlsplit(server.database_url).path.removeprefix("/")
    with psycopg.connect(os.environ[roles.POSTGRES_URL], autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false".encode())
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )
        for path, key in ((PAGE, ""), (API, token), (KOSLI, token)):
            status, again, body = ask(server, path, key)
            assert status == 503 and again is not None, body
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true".encode())
    back = time.monotonic() + RECOVERY
    while (status := ask(server, PAGE)[0]) != 200:
        assert status == 503 and time.monotonic() < back
    assert ask(server, API, token)[0] == 200


def test_a_locked_file_passes_and_a_broken_rule_does_not(tmp_path: Path) -> None:
    first = sqlite3.connect(tmp_path / "a", isolation_level=None)
    second = sqlite3.connect(tmp_path / "a", isolation_level=None, timeout=0)
    first.execute("CREATE TABLE t (id integer PRIMARY KEY)")
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError) as locked:
        try:
            second.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(str(error)) from error
    refusal = refusal_of(locked.value)
    assert refusal is not None and "Send the same again" in refusal.message
    first.execute("INSERT INTO t VALUES (1)")
    for statement, kind in (
        ("INSERT INTO t VALUES (1)", IntegrityError),
        ("SELECT * FROM nowhere", OperationalError),
    ):
        with pytest.raises(kind) as refused:
            try:
                first.execute(statement)
            except sqlite3.Error as error:
                raise kind(str(error)) from error
        assert refusal_of(refused.value) is None
    assert refusal_of(ValueError("no")) is None
    first.close()
    second.close()


def test_a_vault_that_does_not_answer_passes() -> None:
    refusal = refusal_of(VaultUnavailable("The store is away."))
    assert refusal is not None
    assert refusal.message.startswith("The store of the evidence does not answer.")
    assert "away" not in refusal.message and refusal.retry_after == 10


def test_a_full_disk_passes_and_other_troubles_of_a_disk_do_not() -> None:
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space left") as refused,
    ):
        full.write(b"x")
    refusal = refusal_of(refused.value)
    assert refusal is not None and refusal.retry_after == 60
    assert refusal.message.startswith("The disk of the server has no room left.")
    with pytest.raises(OSError, match="No such file") as missing:
        Path("/nowhere/at-all").stat()
    assert refusal_of(missing.value) is None

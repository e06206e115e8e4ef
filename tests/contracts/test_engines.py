"""The engine that was asked for is the one in use, and it keeps what it has acknowledged."""

import http.client

import pytest
from django.db import connection

from tests.plugins.server import Server


def value_of(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.fixture
def on(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("engine"))


def test_the_engine_asked_for_is_the_engine_used(on: str) -> None:
    assert connection.vendor == ("sqlite" if on == "sqlite" else "postgresql")


@pytest.mark.django_db
def test_a_commit_is_on_disk_before_it_is_acknowledged(on: str) -> None:
    if on == "sqlite":
        assert value_of("PRAGMA journal_mode") == "wal"
        assert value_of("PRAGMA synchronous") == 2  # FULL
    else:
        assert value_of("SHOW synchronous_commit") == "on"
        assert value_of("SHOW fsync") == "on"


@pytest.mark.django_db
def test_sqlite_checks_foreign_keys_like_any_database(on: str) -> None:
    if on == "sqlite":
        assert value_of("PRAGMA foreign_keys") == 1


def ask_ready(server: Server) -> tuple[int, bytes]:
    client = http.client.HTTPConnection(server.host, server.port, timeout=10)
    client.request("GET", "/ready")
    response = client.getresponse()
    return response.status, response.read()


def test_a_server_says_that_it_is_ready(server: Server) -> None:
    assert ask_ready(server) == (200, b"OK")


def test_a_server_has_the_migrated_database_of_the_engine(server: Server, on: str) -> None:
    assert server.database_url.startswith("sqlite:" if on == "sqlite" else "postgres:")
    assert server.sql("SELECT count(*) FROM django_migrations") != [(0,)]


def test_a_killed_server_comes_back_under_its_address(server: Server) -> None:
    server.kill()
    with pytest.raises(ConnectionRefusedError):
        ask_ready(server)
    server.start()
    assert ask_ready(server) == (200, b"OK")


def test_a_server_runs_commands_in_its_own_environment(server: Server) -> None:
    done = server.manage(
        "shell", "-v0", "-c", "from django.conf import settings as s; print(s.PUBLIC_URL)"
    )
    assert done.stdout.strip() == server.url

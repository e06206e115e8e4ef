"""A database URL becomes settings that keep what is acknowledged, and that end what takes long."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import database, process

URL = "postgres://app:pw@db.example.com/trails"
BOUNDS = database.Bounds(pool_min=2, pool_max=8, pool_wait=5, statement=30, lock=10, idle=60)


@pytest.fixture(autouse=True)
def _process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "command", None)
    monkeypatch.setattr(process, "as_owner", False)


def options(*arguments: str, url: str = URL, prepare: bool = True) -> dict[str, Any]:
    if arguments:
        process.runs(arguments)
    found: dict[str, Any] = database.of(url, BOUNDS, prepare=prepare)["OPTIONS"]
    return found


def test_a_server_gives_up_in_time() -> None:
    limits = "-c statement_timeout=30000 -c lock_timeout=10000"
    assert options()["options"] == f"{limits} -c idle_in_transaction_session_timeout=60000"
    assert options("runserver")["options"] == options()["options"]


def test_a_command_takes_as_long_as_it_needs() -> None:
    assert "options" not in options("fsck")
    assert "options" not in options("index", "--recount")


def test_a_migration_waits_for_no_table_long() -> None:
    assert options("migrate")["options"] == "-c lock_timeout=10000"


def test_what_the_address_says_holds() -> None:
    said = options(url=f"{URL}?options=-c%20statement_timeout%3D5000")["options"]
    assert said.endswith("=60000 -c statement_timeout=5000")


def test_a_pool_is_bounded_and_checked() -> None:
    found = database.of(URL, BOUNDS, prepare=True)
    pool = found["OPTIONS"]["pool"]
    assert (pool["min_size"], pool["max_size"], pool["timeout"]) == (2, 8, 5)
    assert found["CONN_HEALTH_CHECKS"] is True
    turned = database.Bounds(pool_min=9, pool_max=8, pool_wait=5, statement=0, lock=0, idle=0)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_POOL_MIN is 9"):
        database.of(URL, turned, prepare=True)


def test_behind_a_pooler_nothing_is_prepared() -> None:
    assert options()["server_side_binding"] is True
    assert "server_side_binding" not in options(prepare=False)
    assert "prepare_threshold" not in options(prepare=False)
    assert database.of(URL, BOUNDS, prepare=False)["DISABLE_SERVER_SIDE_CURSORS"] is True


@pytest.mark.parametrize("command", sorted(process.OWNERS))
def test_what_changes_tables_is_the_owners(command: str) -> None:
    process.runs([command])
    assert process.as_owner
    process.runs(["sweep"])
    assert not process.as_owner


def test_a_role_is_checked_as_itself() -> None:
    process.runs(["grants", "--check"])
    assert not process.as_owner

"""`manage.py migrate` on PostgreSQL: by the owner alone, and not while somebody uses a table."""

import psycopg

from tests.plugins.server import Server


def test_the_application_is_told_who_migrates(server_with_roles: Server) -> None:
    server_with_roles.owner = {}
    done = server_with_roles.manage("migrate")
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL" in done.stderr and "trailkeeper_app" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_owner_migrates_again_and_again(server_with_roles: Server) -> None:
    for _ in range(2):
        done = server_with_roles.manage("migrate")
        assert done.returncode == 0, done.stderr
        assert "No migrations to apply" in done.stdout


def test_a_table_that_is_in_use_is_not_waited_for_long(server_with_roles: Server) -> None:
    server_with_roles.environment["DATABASE_LOCK_TIMEOUT"] = "1"
    done = server_with_roles.manage("migrate", "trails", "0006", "--fake")
    assert done.returncode == 0, done.stderr
    # 0007 alters a table that this reader has open.
    with psycopg.connect(server_with_roles.owner["DATABASE_OWNER_URL"]) as reader:
        reader.execute("SELECT 1 FROM trails_trailversion")
        done = server_with_roles.manage("migrate")
    assert done.returncode == 1
    assert "in use for longer than DATABASE_LOCK_TIMEOUT" in done.stderr
    assert "Traceback" not in done.stderr

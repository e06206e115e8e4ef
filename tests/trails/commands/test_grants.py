"""`manage.py grants` gives the application's role what it needs, and `--check` finds all else."""

import re

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from evidence.append_only import protected_models
from tests.plugins import roles
from tests.plugins.server import Server

TABLES = [model._meta.db_table for model in protected_models()]


def as_application(server: Server, statement: str) -> None:
    """Run a statement with the role that the server has."""
    with psycopg.connect(server.database_url, autocommit=True) as postgres:
        postgres.execute(statement.encode())


def checked(server: Server) -> tuple[int, str]:
    done = server.manage("grants", "--check")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.django_db
def test_sqlite_is_told_that_it_has_no_roles() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has roles")
    for options in ({"role": "app"}, {"role": ""}, {"check": True}):
        with pytest.raises(CommandError, match="SQLite, which has no roles"):
            call_command("grants", **options)


def test_the_role_may_do_what_is_needed_and_nothing_else(server_with_roles: Server) -> None:
    status, said = checked(server_with_roles)
    assert (status, said) == (0, "The role may do what the application needs, and nothing else.\n")


def test_the_role_cannot_change_what_is_written_once(server_with_roles: Server) -> None:
    for table in TABLES:
        with psycopg.connect(server_with_roles.database_url) as postgres:
            columns = postgres.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
            ).fetchall()
        attacks = [
            *[f'UPDATE {table} SET "{name}" = "{name}"' for (name,) in columns],  # noqa: S608
            f"DELETE FROM {table}",  # noqa: S608
            f"TRUNCATE {table} CASCADE",
            f"SELECT 1 FROM {table} FOR UPDATE",  # noqa: S608
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {table}_no_update ON {table}",
            f"DROP TABLE {table} CASCADE",
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} "
            "EXECUTE FUNCTION trailkeeper_append_only()",
        ]
        for attack in attacks:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                as_application(server_with_roles, attack)


def test_the_role_makes_nothing_and_becomes_nobody(server_with_roles: Server) -> None:
    owner = "trailkeeper" if "owner" not in str(server_with_roles.owner) else roles.OWNER
    for attack in (
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION trailkeeper_append_only() RETURNS trigger LANGUAGE plpgsql "
        "AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        f"SET ROLE {owner}",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('trails', '9999', now())",
        "UPDATE trails_apikey SET sha256 = 'mine'",
        "UPDATE trails_membership SET user_id = NULL",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_application(server_with_roles, attack)


TOO_MUCH = {
    "GRANT UPDATE ON evidence_record TO {role}": "UPDATE .* of evidence_record, which is written",
    "GRANT UPDATE (index) ON evidence_leaf TO {role}": "UPDATE index of evidence_leaf, which is wr",
    "GRANT DELETE ON evidence_leaf TO PUBLIC": "DELETE on evidence_leaf, which is written once",
    "GRANT TRUNCATE ON trails_workflow TO {role}": "TRUNCATE on trails_workflow",
    "GRANT TRIGGER ON trails_attestation TO {role}": "TRIGGER on trails_attestation",
    "GRANT UPDATE (sha256) ON trails_apikey TO {role}": "UPDATE sha256 of trails_apikey",
}
TOO_LITTLE = {
    "REVOKE INSERT ON evidence_pending FROM {role}": "may not INSERT on evidence_pending",
    "REVOKE UPDATE (archived_at) ON trails_trail FROM {role}": "may not UPDATE archived_at",
}
# Which only whoever did it can undo: it is not the owner's to give or take.
BEYOND = {
    "GRANT CREATE ON SCHEMA public TO {role}": "may make tables and functions in the schema",
    "ALTER TABLE evidence_blob OWNER TO {role}": "owns evidence_blob",
    "CREATE TABLE later (id int); GRANT ALL ON later TO {role}": "INSERT on later, and must not",
}


def test_too_much_and_too_little_are_found_and_mended(server_with_roles: Server) -> None:
    done = {**TOO_MUCH, **TOO_LITTLE}
    for statement in done:
        server_with_roles.sql(statement.format(role=roles.APPLICATION))
    status, said = checked(server_with_roles)
    assert status == 1
    for words in done.values():
        assert re.search(words, said), (words, said)
    applied = server_with_roles.manage("grants", "--apply")
    assert applied.returncode == 0, applied.stderr
    assert checked(server_with_roles)[0] == 0


def test_what_no_grant_can_mend_is_found_too(server_with_roles: Server) -> None:
    for statement in BEYOND:
        server_with_roles.sql(statement.format(role=roles.APPLICATION))
    status, said = checked(server_with_roles)
    assert status == 1
    for words in BEYOND.values():
        assert re.search(words, said), (words, said)


def test_a_superuser_is_not_let_pass_for_the_application(server_with_roles: Server) -> None:
    server_with_roles.environment["DATABASE_URL"] = roles.superuser_url(
        server_with_roles.database_url
    )
    status, said = checked(server_with_roles)
    assert status == 1 and "is a superuser, whom nothing stops" in said
    server_with_roles.owner = {}
    done = server_with_roles.manage("check", "--database", "default")
    assert "trails.W001" in done.stderr and done.returncode == 0


def test_the_application_is_not_warned_about(server_with_roles: Server) -> None:
    done = server_with_roles.manage("check", "--database", "default")
    assert (done.returncode, "trails.W001" in done.stderr) == (0, False)


def test_it_prints_what_it_would_run_and_runs_nothing(server_with_roles: Server) -> None:
    server_with_roles.sql('CREATE ROLE "a""role; --"; GRANT UPDATE ON evidence_blob TO PUBLIC')
    try:
        done = server_with_roles.manage("grants", "--role", 'a"role; --')
        assert done.returncode == 0, done.stderr
        assert (
            'GRANT SELECT, INSERT ON TABLE "public"."evidence_blob" TO "a""role; --";'
            in done.stdout
        )
        assert checked(server_with_roles)[0] == 1
        with psycopg.connect(server_with_roles.owner["DATABASE_OWNER_URL"]) as postgres:
            postgres.execute(done.stdout.encode())
        assert checked(server_with_roles)[0] == 0
    finally:
        server_with_roles.sql('DROP OWNED BY "a""role; --"; DROP ROLE "a""role; --"')


def test_a_later_table_is_nobodys_until_it_is_granted(server_with_roles: Server) -> None:
    with psycopg.connect(server_with_roles.owner["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("CREATE TABLE later (id serial)")
    for attack in ("SELECT * FROM later", "INSERT INTO later DEFAULT VALUES"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_application(server_with_roles, attack)


def test_a_role_that_is_not_there_is_named(server_with_roles: Server) -> None:
    done = server_with_roles.manage("grants", "--role", "nobody_yet", "--apply")
    assert done.returncode == 1
    assert "There is no role nobody_yet" in done.stderr and "CREATE ROLE" in done.stderr


def test_the_application_cannot_grant_itself_anything(server_with_roles: Server) -> None:
    server_with_roles.owner = {}
    done = server_with_roles.manage("grants", "--role", roles.APPLICATION, "--apply")
    assert done.returncode == 1 and "Connect as the owner of the tables" in done.stderr
    done = server_with_roles.manage("grants", "--apply")
    assert done.returncode == 1 and "For whom?" in done.stderr

"""A trigger that is gone, asleep or made harmless is reported by name, and migrate restores it."""

from collections.abc import Iterator

import pytest
from django.core import checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from evidence.append_only import install, missing, protected_models
from evidence.models import Record
from evidence.triggers import names

pytestmark = pytest.mark.usefixtures("as_owner")  # nobody else can take a trigger away
TABLE = Record._meta.db_table
SOME_TRIGGER = f"{TABLE}_no_delete"


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, None)


def drop(trigger: str, table: str = TABLE) -> None:
    suffix = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    run(f'DROP TRIGGER "{trigger}"{suffix}')


def reported() -> list[checks.CheckMessage]:
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return [message for message in found if str(message.id).startswith("evidence.")]


@pytest.mark.django_db
def test_after_all_migrations_every_table_is_guarded() -> None:
    assert len(protected_models()) >= 9
    assert missing(connection) == []
    assert reported() == []


@pytest.mark.django_db
def test_every_trigger_that_is_dropped_is_reported_by_its_name() -> None:
    for model in protected_models():
        for trigger in names(model, connection.vendor):
            drop(trigger, model._meta.db_table)
            assert missing(connection) == [trigger]
            assert [(m.id, m.level) for m in reported()] == [("evidence.E001", checks.ERROR)]
            assert trigger in reported()[0].msg
            install(connection)
    assert missing(connection) == []


@pytest.mark.django_db
def test_a_trigger_that_was_made_harmless_counts_as_missing() -> None:
    drop(SOME_TRIGGER)
    if connection.vendor == "sqlite":
        run(
            f'CREATE TRIGGER "{SOME_TRIGGER}" BEFORE DELETE ON "{TABLE}" WHEN 0 BEGIN SELECT 1; END'
        )
    else:
        call = "FOR EACH ROW WHEN (false) EXECUTE FUNCTION trailkeeper_append_only()"
        run(f'CREATE TRIGGER "{SOME_TRIGGER}" BEFORE DELETE ON "{TABLE}" {call}')
        run(f'ALTER TABLE "{TABLE}" ENABLE ALWAYS TRIGGER "{SOME_TRIGGER}"')
    assert missing(connection) == [SOME_TRIGGER]


@pytest.mark.django_db
def test_a_trigger_of_that_name_on_another_table_does_not_count() -> None:
    drop(SOME_TRIGGER)
    run("CREATE TABLE decoy (id integer)")
    if connection.vendor == "sqlite":
        run(f'CREATE TRIGGER "{SOME_TRIGGER}" BEFORE DELETE ON decoy BEGIN SELECT 1; END')
    else:
        call = "FOR EACH ROW EXECUTE FUNCTION trailkeeper_append_only()"
        run(f'CREATE TRIGGER "{SOME_TRIGGER}" BEFORE DELETE ON decoy {call}')
        run(f'ALTER TABLE decoy ENABLE ALWAYS TRIGGER "{SOME_TRIGGER}"')
    assert missing(connection) == [SOME_TRIGGER]


@pytest.fixture
def postgres(db: None) -> Iterator[None]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has neither switches for triggers nor functions in them")
    yield


@pytest.mark.usefixtures("postgres")
@pytest.mark.parametrize("how", ["DISABLE", "ENABLE", "ENABLE REPLICA"])
def test_a_trigger_that_sleeps_counts_as_missing(how: str) -> None:
    run(f'ALTER TABLE "{TABLE}" {how} TRIGGER "{SOME_TRIGGER}"')
    assert missing(connection) == [SOME_TRIGGER]
    assert SOME_TRIGGER in reported()[0].msg


@pytest.mark.usefixtures("postgres")
def test_all_triggers_count_as_missing_when_their_function_does_something_else() -> None:
    run(
        "CREATE OR REPLACE FUNCTION trailkeeper_append_only() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN OLD; END $$"
    )
    assert len(missing(connection)) == 3 * len(protected_models())
    install(connection)
    assert missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_migrate_stops_at_a_missing_trigger_and_installs_it_when_told_to() -> None:
    drop(SOME_TRIGGER)
    with pytest.raises(SystemCheckError, match=SOME_TRIGGER):
        call_command("migrate", skip_checks=False, verbosity=0)
    assert missing(connection) == [SOME_TRIGGER]
    call_command("migrate", skip_checks=True, verbosity=0)
    assert missing(connection) == []


@pytest.mark.django_db
def test_waiting_migrations_turn_the_error_into_a_warning() -> None:
    """An error would keep the very command from running that installs new triggers."""
    drop(SOME_TRIGGER)
    [newest] = MigrationLoader(connection).graph.leaf_nodes("trails")
    MigrationRecorder(connection).record_unapplied(*newest)
    assert [(m.id, m.level) for m in reported()] == [("evidence.E001", checks.WARNING)]


class Later(migrations.Migration):
    """What some later version may do to a table of ours: a longer column."""

    operations = (
        migrations.AlterField("Record", "predicate_type", models.CharField(max_length=150)),
    )


@pytest.mark.django_db(transaction=True)
def test_a_later_migration_that_rebuilds_a_table_gets_its_triggers_back() -> None:
    now = ProjectState.from_apps(Record._meta.apps)
    later = Later("0099_later", "evidence")
    with connection.schema_editor() as editor:
        then = later.apply(now.clone(), editor)
    try:
        if connection.vendor == "sqlite":
            assert set(missing(connection)) == set(names(Record, "sqlite"))
        call_command("migrate", verbosity=0)
        assert missing(connection) == []
    finally:
        with connection.schema_editor() as editor:
            later.operations[0].database_forwards("evidence", editor, then, now)
        call_command("migrate", verbosity=0)
    assert missing(connection) == []

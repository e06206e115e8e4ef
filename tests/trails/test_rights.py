"""The list of what the application may do with each table is whole, and no more than it says."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from evidence.append_only import protected_models
from trails import rights


def test_every_model_has_its_line() -> None:
    known = {table.name for table in rights.tables()}
    assert {model._meta.db_table for model in protected_models()} < known
    assert {"django_migrations", "cache", "django_session"} < known


def test_what_is_written_once_is_added_to_and_nothing_else() -> None:
    written_once = {model._meta.db_table for model in protected_models()}
    for table in rights.tables():
        if table.name in written_once:
            assert (table.insert, table.update, table.delete) == (True, (), False), table


def test_nothing_that_decides_who_may_do_what_is_written() -> None:
    by_name = {table.name: table for table in rights.tables()}
    for name in ("django_migrations", "auth_permission", "auth_group", "trails_user_groups"):
        table = by_name[name]
        assert not (table.insert or table.update or table.delete), table
    assert by_name["trails_apikey"].update == ("last_used_at", "expires_at", "revoked_at")


def test_a_model_that_nobody_has_thought_about_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = {key: value for key, value in rights._NEEDED.items() if key != "trails.HeldFile"}
    monkeypatch.setattr(rights, "_NEEDED", needed)
    with pytest.raises(ImproperlyConfigured, match=r"trails\.HeldFile .*trails/rights\.py"):
        rights.tables()


@pytest.mark.django_db
def test_every_table_of_the_database_is_in_the_list() -> None:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    known = {table.name for table in rights.tables()}
    assert known <= there
    # SQLite keeps its index of words in tables of its own.
    assert {name for name in there - known if not name.startswith("trails_searchtext_")} == set()

"""Rows that are written once: the base model, and triggers that hold where Python does not reach.

Threat. A bug, an administrator in a shell, a later migration or raw SQL changes or deletes a
record. The model and its queryset refuse with `AppendOnlyViolation`; triggers in the database
refuse everything else with an `IntegrityError` that names the rule. What this cannot stop: the
owner of the tables can drop the triggers. Production therefore runs as a role that owns nothing,
`manage.py check --database default` tells when a trigger is missing, and the log makes a rewritten
row evident.

Not for: rows that change by design (cached state, keys, memberships).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from django.apps import apps
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from evidence import triggers
from evidence.writing import insert


class AppendOnlyViolation(Exception):
    """Something tried to change or delete a row that is written once."""

    def __init__(self, model: type[models.Model], attempt: str) -> None:
        rule = triggers.RULE.format(table=model._meta.db_table)
        super().__init__(f"{attempt} refused; {rule}. Write a new row that says what changed.")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A queryset that inserts and reads, and refuses everything else."""

    def _refuse(self, attempt: str) -> NoReturn:
        raise AppendOnlyViolation(self.model, attempt)

    def update(self, **kwargs: Any) -> int:
        self._refuse("update()")

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse("delete()")

    def bulk_update(self, objs: Iterable[Any], fields: Any, batch_size: int | None = None) -> int:
        self._refuse("bulk_update()")

    def update_or_create(self, *args: Any, **kwargs: Any) -> tuple[Any, bool]:
        self._refuse("update_or_create()")

    def _raw_delete(self, using: str | None) -> int:
        # The door that Django's cascade uses.
        self._refuse("delete()")

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Any = None,
        unique_fields: Any = None,
    ) -> list[Any]:
        """Insert rows. `ignore_conflicts` is for rows that say the same as those in their way."""
        if update_conflicts:
            self._refuse("bulk_create(update_conflicts=True)")
        return super().bulk_create(objs, batch_size, ignore_conflicts)

    bulk_create.alters_data = True  # type: ignore[attr-defined]  # Django's own flag on methods


class AppendOnly(models.Model):
    """The base of every model whose rows are written once and never change."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding or kwargs.get("force_update") or kwargs.get("update_fields"):
            raise AppendOnlyViolation(type(self), "save() of an existing row")
        insert([self], kwargs.get("using") or DEFAULT_DB_ALIAS)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyViolation(type(self), "delete()")


def protected_models() -> list[type[models.Model]]:
    """Return every concrete append-only model, in a fixed order."""
    found = [m for m in apps.get_models() if issubclass(m, AppendOnly)]
    return sorted(found, key=lambda model: model._meta.db_table)


def _existing_tables(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor))


def remove(
    connection: BaseDatabaseWrapper, guarded: Sequence[type[models.Model]] | None = None
) -> None:
    """Drop the triggers. Only `install` and `lifted` call this."""
    tables = _existing_tables(connection)
    with connection.cursor() as cursor:
        for model in guarded or protected_models():
            if model._meta.db_table not in tables:
                continue
            suffix = f' ON "{model._meta.db_table}"' if connection.vendor == "postgresql" else ""
            for name in triggers.names(model, connection.vendor):
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{suffix}', None)


def install(
    connection: BaseDatabaseWrapper, guarded: Sequence[type[models.Model]] | None = None
) -> None:
    """Make the triggers of every append-only table that exists, replacing what is there.

    `guarded` are the models to look at; a migration passes those of its own moment in history.
    """
    if connection.vendor not in {"sqlite", "postgresql"}:
        raise RuntimeError(
            f"No append-only triggers for {connection.vendor}: use SQLite or PostgreSQL."
        )
    tables = _existing_tables(connection)
    with transaction.atomic(using=connection.alias):
        remove(connection, guarded)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(triggers.POSTGRES_FUNCTION, None)
            for model in guarded or protected_models():
                if model._meta.db_table in tables:
                    for statement in triggers.create(model, connection.vendor):
                        cursor.execute(statement, None)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that should guard a table and do not.

    Gone, disabled, on another table or made to do something else: each of these is missing.
    """
    tables = _existing_tables(connection)
    present = triggers.present(connection)
    return [
        name
        for model in protected_models()
        if model._meta.db_table in tables
        for name, guards in triggers.expected(model, connection.vendor)
        if present.get((model._meta.db_table, name)) != guards
    ]


@contextmanager
def lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Run the block without the triggers, then put them back. For emptying a test database only.

    Only the owner of the tables can do this; the role that serves requests in production is not.
    """
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def install_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Re-install after every migrate: a table that SQLite rebuilds loses its triggers."""
    if apps.is_installed("trails"):
        install(connections[using])


def check_triggers(
    databases: Iterable[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Report every trigger that does not guard its table (`manage.py check --database default`).

    While migrations are waiting it is a warning: `migrate` runs this check first and is what
    installs the triggers, so an error would keep it from its work.
    """
    found: list[checks.CheckMessage] = []
    for alias in databases or []:
        gone = missing(connections[alias])
        if not gone:
            continue
        level = checks.WARNING if _migrations_wait(connections[alias]) else checks.ERROR
        for name in gone:
            found.append(
                checks.CheckMessage(
                    level,
                    f"The append-only trigger {name} is missing in database {alias}.",
                    hint="Find out who removed it, then run `manage.py migrate --skip-checks`, "
                    "which installs it again.",
                    id="evidence.E001",
                )
            )
    return found


def _migrations_wait(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

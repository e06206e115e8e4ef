"""Rows that are written once cannot be changed or deleted by any way that Django offers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models.deletion import ProtectedError

from evidence.append_only import AppendOnlyViolation, protected_models
from tests.anomalies.everything import attest_everything, contents
from tests.plugins.world import World
from trails.models import Attestation, Evidence, Organization, Trail, User

pytestmark = pytest.mark.usefixtures("as_owner")  # the role of a server gets not even this far
Row = Any


def some_field(row: Row) -> models.Field:
    """Return a field that is not the key: to write even its own value again is an update."""
    return next(
        f for f in row._meta.local_concrete_fields if not f.primary_key and not f.is_relation
    )


def its_value(row: Row) -> dict[str, Any]:
    field = some_field(row)
    return {field.name: getattr(row, field.name)}


def table_of(row: Row) -> Any:
    return type(row)._default_manager.all()


def without_our_queryset(row: Row) -> models.QuerySet[Any]:
    """Return what a careless `_base_manager`, or a third-party app, works with."""
    return models.QuerySet(type(row)).filter(pk=row.pk)


def as_a_new_object(row: Row) -> Row:
    columns = {f.attname: getattr(row, f.attname) for f in row._meta.local_concrete_fields}
    return type(row)(**columns)


IN_PYTHON: dict[str, Callable[[Row], Any]] = {
    "save": lambda row: row.save(),
    "save some fields": lambda row: row.save(update_fields=[some_field(row).name]),
    "save by force": lambda row: row.save(force_update=True),
    "save a new object by force": lambda row: as_a_new_object(row).save(force_update=True),
    "delete": lambda row: row.delete(),
    "update": lambda row: table_of(row).update(**its_value(row)),
    "delete all": lambda row: table_of(row).delete(),
    "delete past the collector": lambda row: table_of(row)._raw_delete("default"),
    "bulk update": lambda row: table_of(row).bulk_update([row], [some_field(row).name]),
    "update or create": lambda row: table_of(row).update_or_create(
        pk=row.pk, defaults=its_value(row)
    ),
    "bulk create over it": lambda row: table_of(row).bulk_create(
        [as_a_new_object(row)],
        update_conflicts=True,
        unique_fields=[row._meta.pk.name],
        update_fields=[some_field(row).name],
    ),
    "bulk create over it, without names": lambda row: table_of(row).bulk_create(
        [as_a_new_object(row)], None, False, True, [some_field(row).name], [row._meta.pk.name]
    ),
}
IN_THE_DATABASE: dict[str, Callable[[Row], Any]] = {
    "load as a fixture": lambda row: row.save_base(raw=True),
    "save past the model": lambda row: models.Model.save(row),
    "delete past the model": lambda row: without_our_queryset(row)._raw_delete("default"),
    "update past the queryset": lambda row: without_our_queryset(row).update(**its_value(row)),
    "bulk create past the queryset": lambda row: without_our_queryset(row).bulk_create(
        [as_a_new_object(row)],
        update_conflicts=True,
        unique_fields=[row._meta.pk.name],
        update_fields=[some_field(row).name],
    ),
}


@pytest.fixture(autouse=True)
def _nothing_changed(world: World) -> Iterator[Attestation]:
    attestation = attest_everything(world)
    before = contents()
    yield attestation
    assert contents() == before


def refused(attack: Callable[[Row], Any], row: Row, error: type[Exception]) -> bool:
    """Tell whether a row withstands an attack with an error that names the rule."""
    try:
        with transaction.atomic():
            attack(row)
    except error as refusal:
        table = row._meta.db_table
        return f"append-only: rows of {table} are never updated or deleted" in str(refusal)
    return False


@pytest.mark.parametrize(
    ("attacks", "error"),
    [(IN_PYTHON, AppendOnlyViolation), (IN_THE_DATABASE, IntegrityError)],
    ids=["by Django", "past Django"],
)
def test_every_row_withstands_every_attack(
    attacks: dict[str, Callable[[Row], Any]], error: type[Exception]
) -> None:
    succeeded = [
        f"{attack} on {model.__name__}"
        for model in protected_models()
        for attack, act in attacks.items()
        if not refused(act, model._default_manager.first(), error)
    ]
    assert not succeeded


def test_an_existing_row_is_found_and_not_changed_by_get_or_create() -> None:
    for model in protected_models():
        row: Row = model._default_manager.first()
        found, created = table_of(row).get_or_create(pk=row.pk, defaults=its_value(row))
        assert (found, created) == (row, False)


def test_a_row_under_a_taken_key_is_not_written() -> None:
    for model in protected_models():
        with pytest.raises(IntegrityError), transaction.atomic():
            as_a_new_object(model._default_manager.first()).save()


def test_related_managers_are_no_way_around(world: World) -> None:
    activity = world.acme.activities.get(verb="organization.created")
    evidence = Evidence.objects.get(name="role.json").attestation.evidence
    for attack in (
        lambda: world.acme.activities.clear(),
        lambda: world.acme.activities.clear(bulk=False),
        lambda: world.acme.activities.remove(activity),
        lambda: world.acme.activities.set([]),
        lambda: world.rival.activities.add(activity),
        lambda: world.public.versions.all().update(number=2),
        lambda: evidence.add(evidence.get()),
        lambda: evidence.all().delete(),
    ):
        # Some of them work on Django's own queryset: then it is the database that refuses.
        with (
            pytest.raises((AppendOnlyViolation, IntegrityError), match="append-only: rows of"),
            transaction.atomic(),
        ):
            attack()


def test_no_cascade_reaches_them(world: World) -> None:
    for parent in (world.acme, world.public, world.owner):
        with pytest.raises(ProtectedError):
            parent.delete()
    for model in (Organization, Trail, User):
        with pytest.raises(ProtectedError):
            model._default_manager.all().delete()


def test_their_parents_cannot_be_taken_from_under_them(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Trail.objects.filter(pk=world.public.pk)._raw_delete("default")
        transaction.get_connection().check_constraints()

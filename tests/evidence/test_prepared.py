"""A prepared query finds what its queryset finds, whatever it was compiled with."""

import uuid
from typing import Any

import pytest
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from pytest_django.fixtures import DjangoAssertNumQueries

from evidence.prepared import Prepared
from tests.plugins.world import World
from trails.models import Trail, Workflow, WorkflowStatus


def in_organizations(organizations: list[uuid.UUID], name: str) -> QuerySet[Workflow]:
    found: QuerySet[Workflow] = Workflow.objects.filter(
        trail__organization__in=organizations, name=name
    ).select_related("trail__organization", "version", "record", "status")
    return found


def columns(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_and_what_hangs_on_them_are_those_of_the_queryset(world: World) -> None:
    world.attest(world.begin("run-1"), "user-identity")
    world.begin("run-2", trail=world.private)
    prepared = Prepared(in_organizations)
    for name in ("run-1", "run-2"):
        [row] = prepared.rows([world.acme.pk], name)
        expected = in_organizations([world.acme.pk], name).get()
        assert columns(row) == columns(expected)
        for part in ("trail", "version", "record", "status"):
            assert columns(getattr(row, part)) == columns(getattr(expected, part)), part
        assert columns(row.trail.organization) == columns(expected.trail.organization)


def test_it_asks_once_for_everything(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.begin("run-1")
    with django_assert_num_queries(1):
        [row] = Prepared(in_organizations).rows([world.acme.pk], "run-1")
        assert row.trail.organization.name == "acme"
        assert row.status.attestations == 0


def test_lists_of_other_lengths_are_other_queries(world: World) -> None:
    world.begin("run-1")
    prepared = Prepared(in_organizations)
    assert prepared.rows([], "run-1") == []
    assert prepared.rows([world.rival.pk], "run-1") == []
    assert len(prepared.rows([world.rival.pk, world.acme.pk], "run-1")) == 1
    assert len(prepared.rows([world.acme.pk], "run-1")) == 1
    assert prepared.rows([world.acme.pk], "run-2") == []


def test_constants_of_the_query_stay(world: World) -> None:
    prepared = Prepared(lambda name: Trail.objects.filter(name=name, current__visibility="public"))
    assert prepared.rows(world.private.name) == []
    assert prepared.rows(world.public.name) == [world.public]
    assert prepared.rows("public") == []


def test_a_deferred_column_is_fetched_when_it_is_asked_for(world: World) -> None:
    world.begin("run-1", description="Access for incident 4711")
    prepared = Prepared(lambda name: Workflow.objects.filter(name=name).only("name"))
    [row] = prepared.rows("run-1")
    assert row.get_deferred_fields()
    assert row.description == "Access for incident 4711"


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_a_transaction_is_refused(world: World) -> None:
    workflow = world.begin("run-1")
    locking = Prepared(lambda pk: WorkflowStatus.objects.select_for_update().filter(pk=pk))
    with pytest.raises(TransactionManagementError):
        locking.rows(workflow.pk)

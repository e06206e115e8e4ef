"""Rows that are written together are all there, or none of them is."""

import hashlib
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from evidence import writing
from evidence.models import Blob, Log, Record
from evidence.writing import afterwards, insert, together, update
from tests.plugins.world import World

pytestmark = pytest.mark.django_db


def blob(number: int) -> Blob:
    return Blob(sha256=hashlib.sha256(b"%d" % number).hexdigest(), size=number, crc32=0)


def kept() -> list[int]:
    return sorted(Blob.objects.values_list("size", flat=True))


def test_rows_of_several_tables_are_written(world: World) -> None:
    status = world.begin().status
    status.attestations, status.reasons = 7, ["Because."]
    with transaction.atomic(), together():
        insert([blob(1), blob(2)])
        insert([Log(origin="example.com/other")])
        update(status, "attestations", "reasons")
    assert kept() == [1, 2]
    assert Log.objects.filter(origin="example.com/other").exists()
    status.refresh_from_db()
    assert (status.attestations, status.reasons) == (7, ["Because."])


def test_postgresql_gets_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite writes one table with one statement")
    with django_assert_num_queries(1), together():
        insert([blob(1)])
        insert([Log(origin="example.com/other")])


def test_more_values_than_one_statement_holds_are_written_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(writing, "_VALUES_LIMIT", 10)
    monkeypatch.setattr(connection.features, "max_query_params", None)
    with together():
        insert([blob(number) for number in range(7)])
        insert([Log(origin="example.com/other")])
    assert kept() == list(range(7))
    assert Log.objects.filter(origin="example.com/other").exists()


def test_a_row_that_is_refused_takes_the_others_with_it() -> None:
    insert([Log(origin="example.com/other")])
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        insert([blob(1)])
        insert([Log(origin="example.com/other")])
    assert kept() == []


def test_a_block_that_fails_writes_nothing() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), together():
        insert([blob(1)])
        _ = 1 / 0
    assert kept() == []
    insert([blob(2)])  # and nothing of it waits for the next
    assert kept() == [2]


def test_what_follows_sees_what_was_written() -> None:
    seen: list[list[int]] = []
    look: Callable[[], None] = lambda: seen.append(kept())  # noqa: E731
    with together():
        insert([blob(1)])
        afterwards(look)
    afterwards(look)
    assert seen == [[1], [1]]


def test_conflicts_are_ignored_only_where_that_was_asked_for() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's guard against REPLACE refuses what is there")
    insert([blob(1)])
    with together():
        insert([blob(1), blob(2)], ignore_conflicts=True)
        insert([Log(origin="example.com/other")])
    assert kept() == [1, 2]


def test_many_rows_are_written_as_few_are(world: World) -> None:
    """PostgreSQL gets them by another command, with the same values and the same refusals."""
    log = world.acme.log
    bodies = [b"%d \xff \\ \t" % number for number in range(150)]
    rows = [
        Record(log=log, predicate_type="t\\N\n\u00e9", body=body, sha256="0" * 64, leaf_hash=digest)
        for body, digest in ((body, hashlib.sha256(body).hexdigest()) for body in bodies)
    ]
    insert(rows)
    for row in rows:
        assert not row._state.adding
        found = Record.objects.get(pk=row.pk)
        assert (bytes(found.body), found.predicate_type, found.at) == (
            row.body,
            row.predicate_type,
            row.at,
        )
    before = Record.objects.count()
    again = [
        Record(log=log, predicate_type="t", body=b"", sha256="0" * 64, leaf_hash=row.leaf_hash)
        for row in rows
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(again)
    assert Record.objects.count() == before

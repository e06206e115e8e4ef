"""`manage.py index`: what no search finds yet is found afterwards, whoever else is at it."""

import io
import json
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.anomalies.crowds import all_well, at_once
from tests.plugins.roles import owning
from tests.plugins.world import World
from tests.trails.search.finding import found
from trails.actions import indexing
from trails.actions.indexing import index_missing
from trails.models import SearchText, StateCount, WorkflowStatus


def index(*arguments: str) -> str:
    """Run the command; return what it printed."""
    out = io.StringIO()
    call_command("index", *arguments, stdout=out)
    return out.getvalue()


def texts() -> list[tuple[Any, ...]]:
    """Return every row of words, without its number."""
    columns = ("organization", "trail", "workflow", "attestation", "at", "text")
    return list(SearchText.objects.order_by("pk").values_list(*columns))


def fill(world: World, runs: int = 2) -> None:
    for run in range(runs):
        workflow = world.begin(f"run-{run}", description="zebra")
        for step in ("user-identity", "command-logs"):
            world.attest(
                workflow,
                step,
                files={"b.log": b"b", "a.log": b"a"},
                user_data=json.dumps({"k": ["é", 1]}),
                external=[
                    {"name": "n", "uri": "https://e.example/", "digest": {"sha256": "0" * 64}}
                ],
            )


def test_what_was_written_anew_is_what_was_there(world: World) -> None:
    fill(world)
    before = texts()
    assert len(before) == 6
    with owning(connection):
        SearchText.objects.all().delete()
    assert found(world, "writer", "zebra") == []
    assert index() == "Indexed 6 events that were not.\n"
    assert texts() == before
    assert found(world, "writer", "zebra") == ["run-1", "run-0"]


def test_what_is_there_is_left_alone(world: World) -> None:
    fill(world)
    kept = SearchText.objects.order_by("pk")[2]
    with owning(connection):
        SearchText.objects.exclude(pk=kept.pk).delete()
    assert index() == "Indexed 5 events that were not.\n"
    assert index() == "Indexed 0 events that were not.\n"
    assert SearchText.objects.filter(pk=kept.pk).exists()
    assert SearchText.objects.count() == 6


def test_it_goes_on_where_it_was_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    with owning(connection):
        SearchText.objects.all().delete()
    monkeypatch.setattr(indexing, "AT_ONCE", 2)

    def stop(looked: int, made: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_missing(stop)
    assert SearchText.objects.count() == 2
    heard: list[tuple[int, int]] = []
    assert index_missing(lambda looked, made: heard.append((looked, made))) == 4
    assert heard == [(2, 0), (4, 2), (6, 4)]


def test_counts_are_made_again_when_it_is_told_to(world: World) -> None:
    fill(world)
    StateCount.objects.all().delete()
    assert "Counted" not in index()
    assert not StateCount.objects.exists()
    assert "Counted the workflows" in index("--recount")
    assert StateCount.objects.get().change == WorkflowStatus.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_reports_meanwhile_index_everything_once(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(shared_world, runs=5)
    with owning(connection):
        SearchText.objects.all().delete()
    monkeypatch.setattr(indexing, "AT_ONCE", 3)
    workflow = shared_world.begin("under-way")
    lock = threading.Lock()

    def act(number: int) -> None:
        if number < 3:
            index_missing()
            return
        with lock:
            shared_world.attest(workflow)

    all_well(at_once(6, act))
    index_missing()
    events = list(SearchText.objects.values_list("workflow", "attestation"))
    assert len(events) == len(set(events)) == 5 * 3 + 1 + 3


def test_what_is_deleted_leaves_the_index_of_words_whole(world: World) -> None:
    fill(world)
    with owning(connection):
        SearchText.objects.filter(attestation=None).delete()
    assert found(world, "writer", "zebra") == []
    assert len(found(world, "writer", "by:writer")) == 4
    if connection.vendor == "sqlite":
        words = "trails_searchtext_words"
        with connection.cursor() as cursor:  # raises where the index and the texts differ
            cursor.execute(
                f"INSERT INTO {words} ({words}, rank) VALUES ('integrity-check', 1)"  # noqa: S608
            )

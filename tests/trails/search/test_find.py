"""What is recorded is found by its words, at once, newest first, page by page."""

from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import World
from tests.trails.search.finding import found, told
from trails import lookups
from trails.actions.workflows import begin_workflow
from trails.errors import Invalid
from trails.search import engines, find
from trails.search.find import hits, workflow_ids
from trails.search.words import parse


def test_a_workflow_is_found_by_its_id_description_and_who_began_it(world: World) -> None:
    world.begin("deploy-42", description="Köln's second data centre")
    for typed in ("deploy", "deploy-42", "42 ", "köln", "KÖLN", "second centre", "writer", "dat"):
        assert found(world, "writer", typed) == ["deploy-42"], typed
    for typed in ("deploy-43", "kölner", "ploy", "koln", "dat "):
        assert found(world, "writer", typed) == [], typed


def test_an_attestation_is_found_by_everything_that_it_says(world: World) -> None:
    begun = begin_workflow(actor=world.actor("owner"), trail=world.public, id="run").workflow
    world.attest(
        lookups.workflow(world.actor("writer"), "acme", world.public.name, begun.name),
        step="command-logs",
        description="Rotated the signing key",
        files={"transcript.host-7.log": b"x"},
        user_data='{"ticket":{"number":4711,"title":"Zugriff gewähren"}}',
        external=[
            {"name": "camera", "uri": "https://video.example/9f3", "digest": {"sha256": "0" * 64}}
        ],
    )
    for typed in (
        *("rotated signing", "command-logs", "step:logs", "step:command-logs", "by:writer"),
        *("transcript", "host-7", "4711", "gewähren", "camera", "video.example", "9f3", "by:wri"),
        "by:writer step:logs 4711 zugr",
    ):
        assert found(world, "writer", typed) == ["run/1"], typed
    for typed in ("ticket", "title", "by:rotated", "step:rotated", "by:auditor", "rotated 4712"):
        assert found(world, "writer", typed) == [], typed


def test_addresses_of_people_are_not_searched(world: World) -> None:
    world.attest(world.begin("run"))
    assert found(world, "writer", "example.com") == []
    assert found(world, "writer", "writer@example.com") == []


@pytest.mark.parametrize(
    "said",
    [
        "' OR 1=1 --",
        '"run" OR "x"',
        "a & b | !c",
        "NEAR(a b)",
        "x:*",
        "\\",
        "%_%",
        "(",
        "* ^a -b +c",
    ],
)
def test_marks_of_a_query_language_are_not_one(world: World, said: str) -> None:
    world.attest(world.begin("run"), description=f"{said} zebra")
    assert found(world, "writer", f"{said} zebra") == ["run/1"]
    assert found(world, "writer", f"{said} giraffe") == []


def test_hits_are_newest_first_and_come_page_by_page(world: World) -> None:
    workflow = world.begin("run")
    for _ in range(5):
        world.attest(workflow, description="zebra")
    world.begin("other", description="zebra")
    actor, query = world.actor("writer"), parse("zebra")
    page = hits(actor, query, limit=2)
    seen = [told(hit) for hit in page.rows]
    while page.more:
        page = hits(actor, query, before=page.last.number, limit=2)
        seen += [told(hit) for hit in page.rows]
    assert seen == ["other", "run/5", "run/4", "run/3", "run/2", "run/1"]


def test_a_hit_brings_along_what_a_page_shows_of_it(world: World) -> None:
    workflow = world.begin("run")
    for _ in range(7):
        world.attest(workflow, description="zebra")
    actor = world.actor("writer")
    counts = []
    for limit in (1, 7):
        with CaptureQueriesContext(connection) as queries:
            for hit in hits(actor, parse("zebra"), limit=limit).rows:
                assert hit.attestation
                shown = (
                    hit.workflow.subject,
                    hit.workflow.status.state,
                    hit.workflow.version.steps,
                )
                assert len(shown) == 3
                assert hit.attestation.workflow.trail.is_public
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_workflows_of_a_trail_come_with_the_newest_match_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = world.begin("one"), world.begin("two")
    world.attest(world.begin("three", world.private), description="zebra")
    for workflow in (one, two, two, one):
        world.attest(workflow, description="zebra")
    matches = workflow_ids(world.public, parse("zebra"))
    assert (matches.ids, matches.cut) == ([one.pk, two.pk], False)
    monkeypatch.setattr(find, "MATCHES", 1)
    matches = workflow_ids(world.public, parse("zebra"))
    assert (matches.ids, matches.cut) == ([one.pk], True)


def test_what_is_taken_back_is_not_found(world: World) -> None:
    with transaction.atomic():
        world.begin("zebra")
        transaction.set_rollback(True)
    assert found(world, "writer", "zebra") == []


def test_a_search_that_takes_too_long_is_refused_in_words(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no limit of time for a statement.")
    monkeypatch.setattr(find, "PATIENCE", "0.05")
    slow = (find.patience(), connection.cursor())
    with pytest.raises(Invalid, match="Add a word"), slow[0], slow[1] as cursor:
        cursor.execute("SELECT pg_sleep(5)")
    assert found(world, "writer", "zebra") == []  # and the connection works


def test_another_failure_is_not_taken_for_a_slow_search(world: World) -> None:
    def fail() -> Any:
        raise OperationalError("the disk is full")

    with pytest.raises(OperationalError, match="disk"), find.patience():
        fail()


def test_what_is_not_among_the_newest_is_found_by_the_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WALKED", 2)
    workflow = world.begin("run")
    for said in ("zebra old", "zebra", "giraffe", "zebra"):
        world.attest(workflow, description=said)
    assert found(world, "writer", "zebra") == ["run/4", "run/2", "run/1"]
    assert found(world, "writer", "old") == ["run/1"]
    first = hits(world.actor("writer"), parse("zebra"), limit=1)
    rest = hits(world.actor("writer"), parse("zebra"), limit=5, before=first.last.number)
    assert [told(hit) for hit in (*first.rows, *rest.rows)] == ["run/4", "run/2", "run/1"]

"""The attestations of a trail leave as lines: all of them, streamed, for whoever may see it."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.api import export
from trails.models import Activity

ALL = "/organizations/acme/trails/prod-server-access/attestations"


@pytest.fixture
def recorded(world: World) -> World:
    """Three workflows with two attestations each, and one without."""
    for number in range(3):
        workflow = world.begin(f"run-{number}")
        world.attest(workflow, files={"a b.log": b"1", "two.log": b"2"}, user_data='{"n":1}')
        world.attest(workflow, "command-logs", is_compliant=None, description="=1+1")
    world.begin("run-empty")
    return world


def lines(text: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.decode().splitlines()]


def test_every_attestation_is_a_line(
    api: Api, recorded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_AT_ONCE", 2)
    answer = api.get(ALL)
    assert answer.headers["Content-Type"] == "application/jsonl"
    told = lines(answer.content)
    assert [(row["workflow"], row["number"]) for row in told] == [
        (f"run-{n}", number) for n in range(3) for number in (1, 2)
    ]
    assert told[0]["user_data"] == {"n": 1}
    one = api.get(told[3]["url"].removeprefix("http://testserver")).json
    assert told[3] == {"workflow": "run-1", **one}


def test_as_csv_no_cell_is_a_formula(api: Api, recorded: World) -> None:
    answer = api.get(f"{ALL}?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 6
    assert rows[0]["files"] == "a b.log two.log"
    assert (rows[1]["description"], rows[1]["is_compliant"]) == ("'=1+1", "")


def test_conditions_choose_workflows(api: Api, recorded: World) -> None:
    assert {row["workflow"] for row in lines(api.get(f"{ALL}?id_prefix=run-1").content)} == {
        "run-1"
    }
    assert api.get(f"{ALL}?state=compliant").content == b""
    assert api.get(f"{ALL}?format=xml").status == 400
    assert api.get(f"{ALL}?what=1").status == 400


def test_strangers_get_what_is_public_and_members_leave_an_activity(
    api: Api, recorded: World
) -> None:
    private = ALL.replace("prod-server-access", "case-worker-access")
    assert (api.get(private).status, api.get(private, "outsider").status) == (404, 404)
    assert api.get(private, "auditor").content == b""
    api.get(f"{ALL}?format=csv", "auditor")
    assert [
        (activity.subject, activity.details)
        for activity in Activity.objects.filter(verb="attestations.exported").order_by("pk")
    ] == [
        ("acme/case-worker-access", {"format": "jsonl"}),
        ("acme/prod-server-access", {"format": "csv"}),
    ]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    api: Api, world: World, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        workflow = world.begin(f"run-{number}")
        for _ in range(3):
            world.attest(workflow, files={"a": b"1"})
    with django_assert_max_num_queries(14):
        assert len(lines(api.get(ALL).content)) == 36


def test_free_data_is_fetched_for_as_many_as_fit_into_memory(
    api: Api, recorded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty attestations may have half a gigabyte of it, and anybody may ask for a public trail."""
    monkeypatch.setattr(export, "_DATA_AT_ONCE", 1)
    with CaptureQueriesContext(connection) as queries:
        told = lines(api.get(ALL).content)
    assert [row["user_data"] for row in told if row["number"] == 1] == [{"n": 1}] * 3
    texts = [query["sql"] for query in queries if '"text"' in query["sql"]]
    assert len(texts) == 4  # and one for what comes after the last
    assert not any("JOIN" in sql for sql in texts)


def test_as_csv_free_data_is_not_fetched(api: Api, recorded: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(f"{ALL}?format=csv").status == 200
    assert not any('"text"' in query["sql"] for query in queries)

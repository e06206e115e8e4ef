"""The list of workflows: no gaps, no repeats, no counting, and filters that mean what they say."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.api.schemas import WorkflowQuery
from trails.api.workflows import first_id_at, matching
from trails.models import Workflow

WORKFLOWS = "/organizations/acme/trails/prod-server-access/workflows"


def ids(api: Api, query: str = "") -> list[str]:
    found = api.get(WORKFLOWS + query).json
    assert found["next"] is None
    return [workflow["id"] for workflow in found["workflows"]]


def test_parts_have_no_gaps_and_no_repeats_while_new_ones_arrive(api: Api, world: World) -> None:
    for number in range(250):
        world.begin(f"run-{number}")
    seen: list[str] = []
    address = f"{WORKFLOWS}?limit=40&id_prefix=run-"
    while address:
        part = api.get(address).json
        seen += [workflow["id"] for workflow in part["workflows"]]
        address = part["next"]
        world.begin(f"run-late-{len(seen)}")
    assert seen == [f"run-{number}" for number in reversed(range(250))]


def test_a_full_last_part_says_that_it_is_the_last(api: Api, world: World) -> None:
    for number in range(4):
        world.begin(f"run-{number}")
    first = api.get(f"{WORKFLOWS}?limit=2").json
    assert api.get(first["next"]).json["next"] is None


def test_filters(api: Api, world: World) -> None:
    first, second, third = (
        world.begin(id) for id in ("Ecs-1", "ecs-1", "ecs%_2".replace("%", "."))
    )
    world.attest(second, "user-identity", is_compliant=False)
    assert ids(api, "?state=non-compliant") == ["ecs-1"]
    assert ids(api, "?state=incomplete") == ["ecs._2", "Ecs-1"]
    assert ids(api, "?id_prefix=ecs") == ["ecs._2", "ecs-1"]
    assert ids(api, "?id_prefix=ecs_") == []
    since = third.at.isoformat().replace("+00:00", "Z")
    assert ids(api, f"?begun_after={since}") == ["ecs._2"]
    assert ids(api, f"?begun_before={since}") == ["ecs-1", "Ecs-1"]
    assert ids(api, f"?begun_before={since}&state=incomplete&id_prefix=E") == ["Ecs-1"]
    assert ids(api, "?begun_after=2999-01-01T00:00:00Z") == []
    assert ids(api, "?begun_before=1970-01-01T00:00:00%2B14:00") == []
    assert first.at < second.at < third.at


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("state=good", "state"),
        ("id_prefix=%00", "id_prefix"),
        ("id_prefix=a%20b", "id_prefix"),
        ("begun_after=2026-11-24", "begun_after"),
        ("begun_after=2026-11-24T00:00:00", "begun_after"),
        ("begun_before=2026-11-24T00:00:00+01:00", "begun_before"),
        ("after=nonsense", "after"),
        ("after=%00", "after"),
        ("stat=compliant", "stat"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(api: Api, query: str, field: str) -> None:
    answer = api.get(f"{WORKFLOWS}?{query}")
    assert (answer.status, answer.json["field"]) == (400, field)


def test_a_cursor_that_was_changed_or_belongs_elsewhere_is_refused(api: Api, world: World) -> None:
    for number in range(3):
        world.begin(f"run-{number}")
    address = api.get(f"{WORKFLOWS}?limit=1").json["next"]
    cursor = address.partition("after=")[2]
    for changed in (f"{cursor}x", cursor[1:], cursor.swapcase()):
        answer = api.get(f"{WORKFLOWS}?after={changed}")
        assert (answer.status, answer.json["field"]) == (400, "after")
        assert "leave `after` out" in answer.json["detail"]
    other = f"/organizations/acme/trails/case-worker-access/workflows?after={cursor}"
    assert api.get(other, "owner").status == 400


def test_the_number_of_queries_does_not_follow_the_number_of_rows(api: Api, world: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get(f"{WORKFLOWS}?limit=200")
        assert not any("COUNT(" in query["sql"] for query in captured)
        return len(captured)

    world.attest(world.begin("run-0"))
    few = queries()
    for number in range(1, 30):
        world.attest(world.begin(f"run-{number}"))
    assert queries() == few <= 3


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "status_newest"),
        ({"id_prefix": "run"}, "status_newest"),
        ({"begun_before": "2026-11-24T04:05:40Z"}, "status_newest"),
        ({"state": "compliant", "begun_after": "2026-11-24T04:05:40Z"}, "status_by_state"),
    ],
)
def test_the_query_walks_an_index_and_sorts_nothing(
    world: World, query: dict[str, str], index: str
) -> None:
    world.begin("run-1")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # else so small a table is read whole
            for cheaper in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{cheaper} = off")
    plan = matching(world.public, WorkflowQuery.model_validate(query))[:51].explain()
    assert index in plan
    assert not re.search("TEMP B-TREE|Sort|Join", plan)


def test_the_bounds_by_id_lose_no_workflow(world: World) -> None:
    workflow = world.begin("run-1")
    zero = datetime.timedelta()
    second = datetime.timedelta(seconds=1)
    assert first_id_at(workflow.at, -second) < workflow.pk < first_id_at(workflow.at, 5 * second)
    assert first_id_at(datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC), zero).int >> 80 == 0
    assert Workflow.objects.filter(pk__gte=first_id_at(workflow.at, zero)).exists()

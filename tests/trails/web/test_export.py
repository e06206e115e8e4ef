"""The table of a trail's workflows: all of them, a column per step, under the page's conditions."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.models import Activity
from trails.search import find
from trails.web import export

TABLE = "/acme/prod-server-access/workflows.csv"


def rows(world: World, query: str = "", who: str | None = None) -> list[dict[str, str]]:
    response: Any = world.client(who).get(TABLE + query)
    assert response.status_code == 200, response.content
    return list(csv.DictReader(io.StringIO(response.getvalue().decode(), newline="")))


def test_a_row_says_what_the_page_says(world: World) -> None:
    workflow = world.begin()
    world.attest(workflow)
    world.attest(workflow, step="second-look", is_compliant=None)
    [row] = rows(world)
    assert row["workflow"] == "run-1"
    assert row["state"] == "incomplete"
    assert "`command-logs` has not been attested." in row["reasons"]
    assert row["begun by"] == "Writer"
    assert row["attestations"] == "2"
    assert (row["step user-identity"], row["step command-logs"]) == ("compliant", "missing")
    assert row["other steps"] == "second-look: recorded"
    assert row["address"].endswith("/acme/prod-server-access/run-1/")


def test_all_are_there_newest_first_however_small_the_pieces(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_BATCH", 2)
    names = [f"run-{number}" for number in range(5)]
    for name in names:
        world.begin(name)
    assert [row["workflow"] for row in rows(world)] == names[::-1]


def test_it_is_streamed_and_each_piece_is_two_queries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_BATCH", 2)
    for number in range(5):
        world.attest(world.begin(f"run-{number}"))
    response: Any = world.client().get(TABLE, headers={"Accept-Encoding": "gzip"})
    assert response.streaming
    assert "Content-Encoding" not in response
    with CaptureQueriesContext(connection) as captured:
        list(response.streaming_content)
    assert len(captured) == 2 * 3 + 1  # five in pieces of two, and the one that finds no more
    assert not any("BEGIN" in query["sql"] for query in captured)


def test_it_has_the_conditions_of_the_page(world: World) -> None:
    world.begin("open")
    world.attest(world.begin("bad"), is_compliant=False)
    assert [row["workflow"] for row in rows(world, "?state=non-compliant")] == ["bad"]
    assert world.client().get(f"{TABLE}?state=nonsense").status_code == 400


def test_a_part_is_never_given_for_the_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "MATCHES", 1)
    for number in range(3):
        world.begin(f"run-{number}", description="payments")
    response = world.client().get(f"{TABLE}?q=payments")
    assert response.status_code == 400
    assert "Add a word" in response.content.decode()


def test_no_cell_is_a_formula(world: World) -> None:
    world.owner.name = "=HYPERLINK(1)"
    world.owner.save()
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name="prod-server-access",
        steps=("user-identity", "+1+1"),
    )
    workflow = world.begin()
    world.attest(workflow, step="@SUM(A1)", is_compliant=False)
    response: Any = world.client().get(TABLE)
    text = response.getvalue().decode()
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.strip()[:1] in ("=", "+", "-", "@")]
    assert any(cell.startswith("'@SUM") for cell in cells)


def test_a_private_trail_gives_it_to_members_alone(world: World) -> None:
    world.begin(trail=world.private)
    address = "/acme/case-worker-access/workflows.csv"
    assert world.client().get(address).status_code == 404
    assert world.client("outsider").get(address).status_code == 404
    assert world.client("auditor").get(address)["Cache-Control"] == "no-store"


def test_taking_it_is_an_activity_of_whoever_has_a_name(world: World) -> None:
    rows(world)
    world.client("auditor").head(TABLE)
    assert not Activity.objects.filter(verb="workflows.exported").exists()
    rows(world, "?state=compliant", "auditor")
    activity = Activity.objects.get(verb="workflows.exported")
    assert (activity.by_name, activity.subject) == ("Auditor", "acme/prod-server-access")
    assert activity.details == {"filter": "state=compliant"}

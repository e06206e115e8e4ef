"""The page of a trail: the matrix, filters, paging, and its cost whatever the number of rows."""

import re

import pytest

from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.web import trails as page

TRAIL = "/acme/prod-server-access/"


def words_of_row(text: str, workflow: str) -> list[str]:
    """Return the words of the states in a workflow's row."""
    [row] = re.findall(
        rf"<tr id=\"w\w+\" role=\"row\">(?:(?!</tr>).)*>{workflow}<.*?</tr>", text, re.DOTALL
    )
    return re.findall(r'<span class="(?:word|visually-hidden)">([^<]+)</span>', row)


def test_each_cell_says_its_state_in_a_word(world: World) -> None:
    run = world.begin("run-1")
    world.attest(run, "user-identity", True)
    world.attest(run, "service-identity", False)
    text = world.client().get(TRAIL).content.decode()
    assert words_of_row(text, "run-1") == ["Non-compliant", "Compliant", "Non-compliant", "Missing"]


def test_a_workflow_is_shown_by_the_version_it_began_under(world: World) -> None:
    world.attest(world.begin("old"), "extra", None)
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name="prod-server-access",
        steps=["user-identity", "approval"],
    )
    text = world.client().get(TRAIL).content.decode()
    # Two columns, of which one was not asked for, and then the steps that have no column now.
    assert words_of_row(text, "old") == [
        *("Incomplete", "Missing", "Not asked for"),
        *("Missing", "Missing", "Recorded"),
    ]


def test_a_state_is_picked_and_a_wrong_one_explained(world: World) -> None:
    world.attest(world.begin("bad"), is_compliant=False)
    world.begin("open")
    client = world.client()
    text = client.get(TRAIL + "?state=non-compliant").content.decode()
    assert ">bad<" in text
    assert ">open<" not in text
    assert client.get(TRAIL + "?state=great").status_code == 400
    assert client.get(TRAIL + "?before=x").status_code == 400
    assert client.get(TRAIL + "?before=\x00").status_code == 400


def test_pages_go_on_where_the_last_one_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "WORKFLOWS_SHOWN", 2)
    for number in range(5):
        world.begin(f"run-{number}")
    client, seen, address = world.client(), [], TRAIL
    while address:
        text = client.get(address).content.decode()
        seen += re.findall(r">(run-\d)<", text)
        older = re.search(r'href="(\?before=[^"]+)" rel="next"', text)
        address = TRAIL + older[1] if older else ""
    assert seen == ["run-4", "run-3", "run-2", "run-1", "run-0"]


def test_the_way_back_leads_over_the_same_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "WORKFLOWS_SHOWN", 2)
    for number in range(5):
        world.begin(f"run-{number}")
    first, client = world.public.workflows.get(name="run-0"), world.client()
    address, seen = f"{TRAIL}?after={first.pk}", ["run-0"]
    while address:
        text = client.get(address).content.decode()
        seen += reversed(re.findall(r">(run-\d)<", text))
        newer = re.search(r'href="(\?after=[^"]+)" rel="prev"', text)
        address = TRAIL + newer[1] if newer else ""
    assert seen == ["run-0", "run-1", "run-2", "run-3", "run-4"]


def test_an_empty_trail_shows_the_command_that_fills_it(world: World) -> None:
    text = world.client("writer").get(TRAIL).content.decode()
    begin = "/api/v1/organizations/acme/trails/prod-server-access/workflows/run-1"
    assert f"curl -fsS -X PUT http://testserver{begin}" in text

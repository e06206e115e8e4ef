"""The conditions of a trail's page: what they let through, how they are told and taken away."""

import datetime

import pytest
from django.http import QueryDict

from tests.plugins.world import World
from trails.errors import Invalid
from trails.web.filters import Filter


def names(world: World, query: str) -> list[str]:
    """Return the ids of the workflows that a query string asks for."""
    statuses = Filter.of(QueryDict(query)).statuses(world.public).order_by("workflow")
    return [status.workflow.name for status in statuses.select_related("workflow")]


def test_conditions_narrow_together(world: World) -> None:
    world.attest(world.begin("one", description="A shell for Ada"), is_compliant=False)
    world.begin("two", description="A shell for Bob")
    world.begin("three", description="A tunnel")
    assert names(world, "") == ["one", "two", "three"]
    assert names(world, "q=shell") == ["one", "two"]
    assert names(world, "q=shell&state=incomplete") == ["two"]
    assert names(world, "by=writer") == ["one", "two", "three"]
    assert names(world, "by=owner") == []
    assert names(world, "q=ada&by=wri") == ["one"]


def test_days_are_of_the_beginning_and_inclusive(world: World) -> None:
    world.begin("one")
    today = datetime.datetime.now(datetime.UTC).date()
    day = datetime.timedelta(days=1)
    for query in (f"since={today}", f"until={today}", f"since={today}&until={today}"):
        assert names(world, query) == ["one"]
    assert names(world, f"since={today + day}") == names(world, f"until={today - day}") == []
    assert names(world, "until=9999-12-31") == ["one"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=great", "state"),
        ("since=yesterday", "since"),
        ("until=2026-02-30", "until"),
        ("since=2026-W01-1", "since"),
        ("since=0001-01-01", "since"),
        ("since=2026-02-02&until=2026-02-01", "since"),
        ("q=" + "x" * 201, "q"),
        ("q=...", "q"),
        ("by=...", "by"),
    ],
)
def test_what_does_not_fit_names_its_field(world: World, query: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        names(world, query)
    assert refused.value.field == field


def test_each_condition_is_told_with_the_way_to_drop_it(world: World) -> None:
    wanted = Filter.of(QueryDict("state=incomplete&q=a+b&by=ada&since=2026-01-31"))
    told = {chip.label: (chip.value, chip.without) for chip in wanted.describe()}
    assert told["State"] == ("Incomplete", "q=a+b&by=ada&since=2026-01-31")
    assert told["From"] == ("2026-01-31", "state=incomplete&q=a+b&by=ada")
    assert Filter.of(QueryDict(wanted.query_string())) == wanted
    assert not Filter.of(QueryDict("")) and wanted


def test_the_page_shows_what_does_not_fit_where_it_was_typed(world: World) -> None:
    world.begin("one")
    response = world.client().get("/acme/prod-server-access/?q=%3F%3F&by=ada")
    text = response.content.decode()
    assert response.status_code == 400
    assert 'name="q" value="??"' in text and 'name="by" value="ada"' in text
    assert 'aria-describedby="filter-error"' in text
    assert "There is no word to look for." in text


def test_pages_keep_the_conditions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from trails.web import trails as page

    monkeypatch.setattr(page, "WORKFLOWS_SHOWN", 1)
    for number in range(3):
        world.begin(f"run-{number}")
    text = world.client().get("/acme/prod-server-access/?state=incomplete").content.decode()
    assert 'href="?state=incomplete&amp;before=' in text
    assert "workflows.csv?state=incomplete" in text

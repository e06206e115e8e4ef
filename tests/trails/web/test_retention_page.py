"""The overview for admins: what is held, and what has reached its end."""

import pytest

from tests.disposing import retain
from tests.past import days_ago
from tests.plugins.world import World
from trails import keeping
from trails.actions.disposals import dispose_of_evidence
from trails.actions.holds import place_hold
from trails.web import retention

PAGE = "/acme/settings/retention"


def old(world: World, *ids: str) -> None:
    """Begin workflows that have had a file for 40 days."""
    with days_ago(40):
        for id in ids:
            world.attest(world.begin(id), files={"a.log": id.encode()})


def shown(world: World, query: str = "") -> str:
    return world.client("owner").get(PAGE + query).content.decode()


def test_without_a_retention_it_says_how_to_set_one(world: World) -> None:
    page = shown(world)
    assert "No trail has a retention" in page
    assert "/api/v1/organizations/acme/trails/" in page
    assert "retention_days" in page


def test_it_lists_what_has_reached_its_end_and_nothing_else(world: World) -> None:
    old(world, "old-1", "old-2", "old-3")
    with days_ago(40):
        world.begin("empty")
    world.attest(world.begin("fresh"), files={"a.log": b"fresh"})
    retain(world, world.public, 30)
    third = world.public.workflows.get(name="old-3")
    dispose_of_evidence(
        actor=world.actor("owner"), workflow=third, up_to=1, reason="Done.", confirm="old-3"
    )
    second = world.public.workflows.get(name="old-2")
    place_hold(actor=world.actor("owner"), trail=world.public, workflow=second, reason="Case 7.")
    page = shown(world)
    links = [id for id in ("old-1", "old-2", "old-3", "empty", "fresh") if f"/{id}/dispose" in page]
    assert links == ["old-1", "old-2"]
    found = keeping.ended(world.public, before=None, looked_at=10)
    assert [(row.name, row.is_held) for row in found.workflows] == [
        ("old-2", True),
        ("old-1", False),
    ]
    assert "Case 7." in page


def test_a_trail_is_chosen_by_name(world: World) -> None:
    old(world, "old-1")
    retain(world, world.public, 30)
    retain(world, world.private, 30)
    assert "old-1" not in shown(world)  # the first by name is the other one
    assert "old-1" in shown(world, "?trail=prod-server-access")
    assert "There is no such trail with a retention" in shown(world, "?trail=nothing")


def test_it_goes_on_to_older_ones(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LOOKED_AT", 2)
    old(world, "old-1", "old-2", "old-3")
    retain(world, world.public, 30)
    first = shown(world)
    assert "old-3" in first
    assert "old-1" not in first
    second = world.public.workflows.get(name="old-2")
    assert f"before={second.pk}" in first
    older = shown(world, f"?trail=prod-server-access&before={second.pk}")
    assert "old-1" in older
    assert "old-2" not in older


def test_holds_are_paged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "HOLDS_SHOWN", 1)
    holds = [
        place_hold(actor=world.actor("owner"), trail=world.public, workflow=None, reason=reason)
        for reason in ("The first.", "The second.")
    ]
    assert f"holds={holds[1].pk}" in shown(world)
    assert "The first." not in shown(world)
    assert "The first." in shown(world, f"?holds={holds[1].pk}")


def test_it_is_there_for_admins_alone(world: World) -> None:
    assert world.client("writer").get(PAGE).status_code == 403
    assert world.client("auditor").get(PAGE).status_code == 403
    assert world.client("outsider").get(PAGE).status_code == 404
    assert world.client().get(PAGE).status_code == 404
    assert PAGE in shown(world)  # among the settings

"""The retention of a trail is configured by programs as well, and read by everybody."""

from typing import Any

import pytest

from tests.plugins.world import World
from trails.models import TrailVersion

TRAIL = "/api/v1/organizations/acme/trails/prod-server-access"


def put(world: World, body: dict[str, Any], who: str = "owner") -> Any:
    return world.client().put(TRAIL, body, "application/json", headers=world.bearer(who))


def test_it_is_set_kept_and_taken_back(world: World) -> None:
    assert world.client().get(TRAIL).json()["retention_days"] is None
    assert put(world, {"retention_days": 3650}).json()["retention_days"] == 3650
    assert put(world, {"description": "Other words"}).json()["retention_days"] == 3650
    assert world.client().get(TRAIL).json()["retention_days"] == 3650
    assert put(world, {"retention_days": None}).json()["retention_days"] is None
    days = TrailVersion.objects.filter(trail=world.public).order_by("number")
    assert list(days.values_list("retention_days", flat=True)) == [None, 3650, 3650, None]


def test_the_same_again_is_no_new_version(world: World) -> None:
    assert put(world, {"retention_days": 30}).json()["version"] == 2
    assert put(world, {"retention_days": 30}).json()["version"] == 2


@pytest.mark.parametrize("days", [0, -1, 36_501, "30", 30.5, True])
def test_what_is_no_number_of_days_is_refused(world: World, days: Any) -> None:
    response = put(world, {"retention_days": days})
    assert response.status_code == 400
    assert response.json()["field"] == "retention_days"
    assert world.public.versions.count() == 1


def test_a_writer_does_not_shorten_anything(world: World) -> None:
    assert put(world, {"retention_days": 1}, "writer").status_code == 403

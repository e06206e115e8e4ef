"""A NUL in an address or a key is like any other name that nobody has; PostgreSQL never sees it."""

import pytest

from tests.plugins.world import World
from trails import lookups
from trails.actors import STRANGER
from trails.errors import NotFound

API = "/api/v1/organizations"
ADDRESSES = [
    "/acme%00/",
    "/acme/prod%00/",
    "/acme/prod-server-access/run%00/",
    f"{API}/acme%00/trails",
    f"{API}/acme/trails/prod%00",
    f"{API}/acme/trails/prod-server-access/workflows/run%00",
    f"{API}/acme/trails/prod-server-access/workflows/run%00/package",
    "/api/v1/audit-trails/acme%00",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_found_under_it(address: str, world: World) -> None:
    assert world.client().get(address).status_code in {404, 401}
    assert world.client().get(address, headers=world.bearer("owner")).status_code == 404


def test_the_lookups_say_so_themselves(world: World) -> None:
    for look in (
        lambda: lookups.organization(STRANGER, "acme\x00"),
        lambda: lookups.trail(STRANGER, "acme", "prod\x00"),
        lambda: lookups.workflow(STRANGER, "acme", world.public.name, "\x00"),
        lambda: lookups.workflow(STRANGER, "\x00", world.public.name, "run"),
    ):
        with pytest.raises(NotFound):
            look()

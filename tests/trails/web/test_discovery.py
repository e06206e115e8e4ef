"""What programs ask of every site: robots, sitemaps, icons, whom to tell of a hole."""

import io
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client
from PIL import Image

from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.web import discovery

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def parsed(body: bytes) -> ElementTree.Element:
    """Return a document of ours: no stranger wrote its markup."""
    return ElementTree.fromstring(body)  # noqa: S314


def locations(client: Client, path: str) -> list[str]:
    response = client.get(path)
    assert response.status_code == 200
    return [urlsplit(loc.text or "").path for loc in parsed(response.content).iter(LOC)]


def listed(client: Client) -> set[str]:
    return {path for part in locations(client, "/sitemap.xml") for path in locations(client, part)}


def test_public_pages_are_listed_and_nothing_private(world: World) -> None:
    world.begin("run-1")
    world.begin("case-1", trail=world.private)
    found = listed(world.client())
    assert {"/", "/about/", "/acme/", "/acme/log/", "/acme/prod-server-access/"} < found
    assert "/acme/prod-server-access/run-1/" in found
    assert not any("case-" in path or "rival" in path for path in found)
    # A member's browser gets the same: it goes by no session.
    assert listed(world.client("owner")) == found == listed(world.client("outsider"))


def test_every_listed_page_is_there_for_strangers(world: World) -> None:
    world.begin()
    for path in listed(world.client()):
        assert world.client().get(path).status_code == 200, path


def test_a_trail_that_becomes_private_leaves_the_list(world: World) -> None:
    client = world.client()
    part = f"/sitemap-{world.public.pk}.xml"
    assert part in locations(client, "/sitemap.xml")
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name="prod-server-access",
        visibility="private",
    )
    assert locations(client, "/sitemap.xml") == ["/sitemap-pages.xml"]
    assert client.get(part).status_code == 404
    assert "/acme/" not in listed(client)


def test_a_part_has_a_limit_and_holds_the_newest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "ADDRESSES_LISTED", 3)
    for number in range(5):
        world.begin(f"run-{number}")
    found = locations(world.client(), f"/sitemap-{world.public.pk}.xml")
    trail = "/acme/prod-server-access/"
    assert found == [trail, f"{trail}run-4/", f"{trail}run-3/"]


def test_robots_may_read_public_pages_and_nothing_of_people(world: World, settings: Any) -> None:
    from urllib.robotparser import RobotFileParser

    text = world.client().get("/robots.txt").content.decode()
    rules = RobotFileParser()
    # The parser knows no wildcards: those lines are for crawlers that do.
    rules.parse([line for line in text.splitlines() if "*" not in line or line.startswith("User")])
    for path in ("/", "/acme/", "/acme/prod-server-access/run-1/", "/about/"):
        assert rules.can_fetch("any", path), path
    for path in ("/account/login/", "/admin/", "/api/v1/organizations", "/search?q=a"):
        assert not rules.can_fetch("any", path), path
    for path in ("/*/settings/", "/*/*/*/*/evidence/", "/*?"):
        assert f"Disallow: {path}" in text.splitlines()
    assert rules.site_maps() == [f"{settings.PUBLIC_URL}/sitemap.xml"]


@pytest.mark.parametrize(
    "path", ["/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png"]
)
def test_icons_are_answered(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 200
    assert Image.open(io.BytesIO(response.content)).size in ((32, 32), (180, 180))
    assert "max-age" in response["Cache-Control"]


def test_security_txt_is_there_where_the_operator_says_whom_to_tell(settings: Any) -> None:
    address = "/.well-known/security.txt"
    settings.SECURITY_CONTACT = ""
    assert Client().get(address).status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@example.com"
    lines = Client().get(address).content.decode().splitlines()
    assert "Contact: mailto:security@example.com" in lines
    assert any(line.startswith("Expires: 20") for line in lines)

"""What other sites are told of a public page; of all others, to leave it alone."""

import html
import re
from typing import Any

import pytest
from django.template.loader import render_to_string

from tests.plugins.world import World

NOINDEX = '<meta name="robots" content="noindex">'
PUBLIC = ("/", "/about/", "/verify/", "/acme/log/")
NOT_FOR_ALL = (
    *(
        "/acme/settings/members",
        "/acme/case-worker-access/",
        "/acme/new",
        "/account/password/reset/",
    ),
    *("/nothing/", "/acme/prod-server-access/?since=never"),
)


def told(text: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found}


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_says_what_it_is_and_where(world: World, path: str, settings: Any) -> None:
    text = world.client().get(f"{path}?utm=1").content.decode()
    address = settings.PUBLIC_URL + path
    assert f'<link rel="canonical" href="{address}">' in text
    said = told(text)
    assert said["og:url"] == address
    assert said["og:title"] and said["og:description"]
    assert said["twitter:card"] == "summary_large_image"
    assert NOINDEX not in text
    picture = said["og:image"].removeprefix(settings.PUBLIC_URL)
    assert world.client().get(picture)["Content-Type"] == "image/png"


@pytest.mark.parametrize("path", NOT_FOR_ALL)
def test_every_other_page_asks_to_be_left_alone(world: World, path: str) -> None:
    for who in (None, "owner"):
        text = world.client(who).get(path).content.decode()
        assert NOINDEX in text
        assert "og:" not in text and 'rel="canonical"' not in text


def test_nothing_is_told_of_a_private_page_whatever_it_includes() -> None:
    words = {"title": "secret", "description": "secret", "path": "/secret/", "card": "/secret.png"}
    assert "secret" not in render_to_string("components/social.html", words)
    said = render_to_string("components/social.html", words | {"is_shown_to_all": True})
    assert "secret" in said


def test_a_description_is_cut_and_shows_what_is_hidden() -> None:
    words = {"title": "t", "path": "/", "is_shown_to_all": True}
    long = render_to_string("components/social.html", words | {"description": '"\u202ex\n' * 500})
    description = told(long)["og:description"]
    assert description.startswith('"⟨U+202E⟩x "')
    assert len(description) == 200


def test_only_the_world_is_told_what_it_can_rely_on() -> None:
    from trails.models import Organization

    words = {"organization": Organization(name="acme")}
    assert not render_to_string("components/reliance.html", words).strip()
    assert "acme" in render_to_string("components/reliance.html", words | {"is_shown_to_all": True})

"""The style guide is for whoever writes pages, on their own machine."""

from typing import Any

from django.test import Client

from trails.web import styleguide


def test_the_style_guide_shows_every_component(client: Client, settings: Any, db: None) -> None:
    settings.DEBUG = True
    text = client.get("/styleguide").content.decode()
    assert len(styleguide.components()) > 20
    for component in styleguide.components():
        assert f"components/{component.name}" in text


def test_an_instance_that_serves_people_has_none(client: Client, db: None) -> None:
    assert client.get("/styleguide").status_code == 404

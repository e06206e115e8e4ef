"""The versions of a trail: who changed what, for members alone."""

from typing import Any

from tests.plugins.world import World
from trails.actions.trails import configure_trail

VERSIONS = "/acme/prod-server-access/versions"


def change(world: World, **fields: Any) -> None:
    configure_trail(
        actor=world.actor("owner"), organization=world.acme, name="prod-server-access", **fields
    )


def test_the_newest_comes_first_with_who_and_what_changed(world: World) -> None:
    change(world, visibility="private")
    steps = [{"name": "command-logs", "required": False}, "user-identity", "sign-off"]
    change(world, steps=steps, description="The trail prod-server-access\nA second line")
    text = world.client("auditor").get(VERSIONS).content.decode()
    newest, middle, first = text.split("<h2>")[1:]
    assert "Version 3" in newest and "In force" in newest and "<bdi>Owner</bdi>" in newest
    assert "Step <bdi>service-identity</bdi> removed from place 2" in newest
    assert "Step <bdi>sign-off</bdi> added in place 3" in newest
    assert "Step <bdi>command-logs</bdi> made optional" in newest
    assert "moved from place" in newest
    assert "A second line</ins>" in newest
    assert "Version 2" in middle and "Made private" in middle and "In force" not in middle
    assert "Version 1" in first and "The trail prod-server-access" in first


def test_what_was_said_in_private_is_not_read_by_strangers_later(world: World) -> None:
    change(world, visibility="private", description="Names of suspects")
    change(world, visibility="public", description="For everybody")
    for name in (None, "outsider"):
        assert world.client(name).get("/acme/prod-server-access/").status_code == 200
        response = world.client(name).get(VERSIONS)
        assert response.status_code == 404
        assert "suspects" not in response.content.decode()
    assert "suspects" in world.client("auditor").get(VERSIONS).content.decode()


def test_many_versions_are_read_in_parts_and_each_differs_from_the_one_before(
    world: World,
) -> None:
    for number in range(2, 25):
        change(world, description=f"Text {number}")
    client = world.client("owner")
    page = client.get(VERSIONS).content.decode()
    assert page.count("<h2>") == 20 and "Version 5<" in page and "Version 4<" not in page
    assert "Text 4</del>" in page, "the last one is compared with what is on the next part"
    assert 'href="?before=5"' in page
    older = client.get(f"{VERSIONS}?before=5").content.decode()
    assert older.count("<h2>") == 4 and 'rel="next"' not in older


def test_texts_of_admins_are_escaped_and_shown_for_what_they_are(world: World) -> None:
    change(world, description="<script>1</script>\u202e", steps=["a<b>\u2066"[:4]])
    text = world.client("owner").get(VERSIONS).content.decode()
    assert "<script>1" not in text and "&lt;script&gt;1" in text and "U+202E" in text

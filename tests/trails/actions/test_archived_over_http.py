"""Programs are told that a trail is archived in their own dialect: 409 in ours, 400 in Kosli's."""

from typing import Any

from django.test import Client

from tests.plugins.world import World
from trails.actions.archive import archive_trail

OURS = "/api/v1/organizations/acme/trails/prod-server-access/workflows/"
KOSLI = "/api/v2/workflows/acme/prod-server-access/"


def test_both_dialects_refuse_and_say_why(world: World, client: Client) -> None:
    world.begin("run")
    archive_trail(trail=world.public, actor=world.actor("owner"), confirm=world.public.name)
    sent: dict[str, Any] = {
        "content_type": "application/json",
        "headers": world.bearer("writer"),
    }
    report = {"step": "user-identity", "is_compliant": True}
    for answer, status in (
        (client.put(f"{OURS}other", {}, **sent), 409),
        (client.post(f"{OURS}run/attestations", report, **sent), 409),
        (client.post(f"{KOSLI}other", {}, **sent), 400),
    ):
        assert answer.status_code == status, answer.content
        assert "is archived since" in answer.content.decode()


def test_what_was_begun_before_is_still_there_to_begin_again(world: World, client: Client) -> None:
    world.begin("run")
    archive_trail(trail=world.public, actor=world.actor("owner"), confirm=world.public.name)
    sent: dict[str, Any] = {"content_type": "application/json", "headers": world.bearer("writer")}
    assert client.put(f"{OURS}run", {}, **sent).status_code == 200
    assert client.post(f"{KOSLI}run", {}, **sent).status_code == 200

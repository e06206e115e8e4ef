"""Holds are placed and released by admins, read by members, and unknown to strangers."""

from tests.plugins.world import World
from trails.actions.holds import place_hold
from trails.models import Hold, HoldRelease

TRAIL = "/acme/prod-server-access/"


def placed(world: World, *, whole: bool = False) -> Hold:
    return place_hold(
        actor=world.actor("owner"),
        trail=world.public,
        workflow=None if whole else world.begin(),
        reason="Case <4711>",
    )


def test_an_admin_places_a_hold_on_a_workflow(world: World) -> None:
    world.begin()
    client = world.client("owner")
    page = client.get(f"{TRAIL}run-1/hold").content.decode()
    assert "Legal holds on <bdi>run-1</bdi>" in page
    given = {"act": "place", "reason": "Case 4711."}
    response = client.post(f"{TRAIL}run-1/hold", given, follow=True)
    assert response.redirect_chain == [(f"{TRAIL}run-1/", 302)]
    assert "The hold is in force." in response.content.decode()
    [hold] = Hold.objects.in_force()
    assert hold.workflow is not None
    assert (hold.workflow.name, hold.reason, hold.by_name) == ("run-1", "Case 4711.", "Owner")


def test_an_admin_places_a_hold_on_a_trail(world: World) -> None:
    given = {"act": "place", "reason": "Case 4711."}
    assert world.client("owner").post(f"{TRAIL}hold", given).headers["Location"] == TRAIL
    assert Hold.objects.get().workflow is None


def test_a_hold_without_a_reason_is_refused_beside_the_field(world: World) -> None:
    response = world.client("owner").post(f"{TRAIL}hold", {"act": "place", "reason": " "})
    page = response.content.decode()
    assert "No hold was placed." in page
    assert "Say why" in page
    assert not Hold.objects.exists()


def test_it_is_released_by_typing_the_name(world: World) -> None:
    hold = placed(world)
    client, address = world.client("owner"), f"{TRAIL}run-1/hold"
    given = {"act": "release", "hold": str(hold.pk), "reason": "Closed.", "confirm": "run-2"}
    page = client.post(address, given).content.decode()
    assert "The hold is still in force." in page
    assert "Type the name of the workflow, run-1, to confirm." in page
    assert 'value="run-2"' in page  # what was typed is shown again
    assert client.post(address, given | {"confirm": "run-1"}).status_code == 302
    assert HoldRelease.objects.get().hold == hold
    assert client.post(address, given | {"confirm": "run-1"}).status_code == 404


def test_a_hold_of_another_workflow_is_not_released_from_here(world: World) -> None:
    hold = placed(world)
    world.begin("run-2")
    given = {"act": "release", "hold": str(hold.pk), "reason": "Closed.", "confirm": "run-2"}
    assert world.client("owner").post(f"{TRAIL}run-2/hold", given).status_code == 404
    assert Hold.objects.in_force().exists()


def test_members_read_why_and_strangers_nothing(world: World) -> None:
    placed(world)
    placed(world, whole=True)
    for who in ("owner", "writer", "auditor"):
        page = world.client(who).get(f"{TRAIL}run-1/").content.decode()
        assert page.count("Case &lt;4711&gt;") == 2, who
        assert "The whole trail is under a legal hold" in page
        page = world.client(who).get(TRAIL).content.decode()
        assert page.count("Case &lt;4711&gt;") == 1, who
    for stranger in (None, "outsider"):
        for address in (TRAIL, f"{TRAIL}run-1/"):
            page = world.client(stranger).get(address).content.decode()
            assert "legal hold" not in page
            assert "4711" not in page


def test_only_admins_come_to_the_page(world: World) -> None:
    placed(world)
    for who, status in (("writer", 403), ("auditor", 403), ("outsider", 403), (None, 403)):
        for address in (f"{TRAIL}hold", f"{TRAIL}run-1/hold", f"{TRAIL}run-1/dispose"):
            response = world.client(who).get(address)
            assert response.status_code == status, (who, address)
            assert "4711" not in response.content.decode()

"""An admin disposes of evidence from the page of its workflow, knowing what goes and what stays."""

import pytest

from tests.disposing import retain
from tests.past import days_ago
from tests.plugins.world import World
from trails.actions.holds import place_hold
from trails.models import Disposal, Workflow

PAGE = "/acme/prod-server-access/run-1/"
GIVEN = {"up_to": "1", "reason": "Retention has ended.", "confirm": "run-1"}


@pytest.fixture
def old(world: World) -> Workflow:
    """A workflow with two files of 40 days ago, and one of today."""
    with days_ago(40):
        workflow = world.begin()
        world.attest(workflow, files={"a.log": b"one", "b.log": b"two"}, user_data='{"a":1}')
    world.attest(workflow, "command-logs", files={"c.log": b"three"})
    return workflow


def test_it_says_what_may_go_and_what_is_kept(world: World, old: Workflow) -> None:
    retain(world, world.public, 30)
    page = world.client("owner").get(f"{PAGE}dispose").content.decode()
    assert "2 files, 6 bytes, of the attestations up to #1" in page
    assert "From #2 on, which is kept until" in page
    assert "Evidence is kept for 30 days" in page
    assert "User data is not disposed of" in page
    assert '<input type="hidden" name="up_to" value="1">' in page


def test_before_its_end_there_is_nothing_to_press(world: World, old: Workflow) -> None:
    client = world.client("owner")
    assert "for ever. Set a retention" in client.get(f"{PAGE}dispose").content.decode()
    retain(world, world.public, 50)
    page = client.get(f"{PAGE}dispose").content.decode()
    assert "From #1 on, which is kept until" in page
    assert 'name="confirm"' not in page
    refused = client.post(f"{PAGE}dispose", GIVEN).content.decode()
    assert "Nothing was disposed of." in refused
    assert "is kept until" in refused
    assert not Disposal.objects.exists()


def test_a_hold_leaves_nothing_to_press(world: World, old: Workflow) -> None:
    retain(world, world.public, 30)
    place_hold(actor=world.actor("owner"), trail=world.public, workflow=old, reason="Case 4711.")
    client = world.client("owner")
    page = client.get(f"{PAGE}dispose").content.decode()
    assert "Case 4711." in page
    assert 'name="confirm"' not in page
    assert "under a legal hold by Owner" in client.post(f"{PAGE}dispose", GIVEN).content.decode()
    assert not Disposal.objects.exists()


def test_the_name_must_be_typed(world: World, old: Workflow) -> None:
    retain(world, world.public, 30)
    response = world.client("owner").post(f"{PAGE}dispose", GIVEN | {"confirm": "run"})
    assert "Type the name of the workflow, run-1, to confirm." in response.content.decode()
    assert not Disposal.objects.exists()


@pytest.mark.parametrize("who", ["writer", "auditor", "outsider", None])
def test_nobody_else_disposes_of_anything(world: World, old: Workflow, who: str | None) -> None:
    retain(world, world.public, 30)
    assert world.client(who).post(f"{PAGE}dispose", GIVEN).status_code == 403
    assert not Disposal.objects.exists()


def test_what_is_left_is_shown_to_everybody(world: World, old: Workflow) -> None:
    retain(world, world.public, 30)
    client = world.client("owner")
    response = client.post(f"{PAGE}dispose", GIVEN, follow=True)
    assert "2 files are disposed of." in response.content.decode()
    first = old.attestations.get(number=1)
    for who in ("owner", None):
        page = world.client(who).get(PAGE).content.decode()
        assert "2 files, 6 bytes, of the attestations up to #1 are no more" in page
        assert "1 file, 5 bytes, and its proofs" in page
        one = world.client(who).get(f"{PAGE}{first.pk}/").content.decode()
        for text in (page, one):
            assert "Retention has ended." in text
            assert "<del>" in text
        for file in first.evidence.select_related("blob"):
            assert f"{PAGE}{first.pk}/evidence/{file.pk}" not in page + one
            assert file.blob.sha256 in one
        assert "user-data" in one

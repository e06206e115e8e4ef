"""A file that was disposed of answers 410 with its tombstone, on pages and to programs."""

from typing import Any

import pytest

from tests.disposing import dispose, retain
from tests.plugins.world import World
from trails.models import Attestation, Evidence
from trails.words import Visibility

PAGE = "/acme/prod-server-access/run-1/"
API = "/api/v1/organizations/acme/trails/prod-server-access/workflows/run-1"


@pytest.fixture
def gone(world: World) -> Attestation:
    """An attestation whose file was disposed of."""
    workflow = world.begin()
    attestation = world.attest(workflow, files={"a.png": b"one"})
    retain(world, world.public)
    dispose(world, workflow, 1, reason="Its time is over.")
    return attestation


def file_of(attestation: Attestation) -> Evidence:
    found: Evidence = attestation.evidence.get()
    return found


@pytest.mark.parametrize("view", ["", "raw", "image", "page/1.png"])
@pytest.mark.parametrize("who", [None, "owner"])
def test_its_page_says_who_when_why_and_what_it_was(
    world: World, gone: Attestation, view: str, who: str | None
) -> None:
    file = file_of(gone)
    response = world.client(who).get(f"{PAGE}{gone.pk}/evidence/{file.pk}/{view}")
    assert response.status_code == 410
    assert response.headers["Cache-Control"] == "no-store"
    page = response.content.decode()
    assert "by Owner: Its time is over." in page
    assert file.blob_id in page


def test_programs_read_the_tombstone(world: World, gone: Attestation) -> None:
    file = file_of(gone)
    key = world.bearer("auditor")
    response = world.client().get(f"{API}/attestations/{gone.pk}/evidence/{file.pk}", headers=key)
    assert response.status_code == 410
    said = response.json()
    assert said["type"] == "urn:trailkeeper:problem:disposed"
    stone = gone.workflow.disposals.get()
    assert said["disposal"] == {
        "by": "Owner",
        "at": stone.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "reason": "Its time is over.",
        "sha256": file.blob_id,
    }


def test_the_attestation_says_so_of_its_files(world: World, gone: Attestation) -> None:
    world.attest(gone.workflow, "command-logs", files={"b.png": b"two"})
    rows: list[Any] = world.client().get(f"{API}/attestations").json()["attestations"]
    [first], [second] = [row["evidence"] for row in rows]
    assert first["disposed"]["reason"] == "Its time is over."
    assert first["disposed"]["by"]["name"] == "Owner"
    assert second["disposed"] is None
    one = world.client().get(f"{API}/attestations/{gone.pk}").json()
    assert one["evidence"] == [first]


def test_to_those_who_may_not_see_it_there_is_still_nothing(
    world: World, gone: Attestation
) -> None:
    from trails.actions.trails import configure_trail

    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name=world.public.name,
        visibility=Visibility.PRIVATE,
    )
    address = f"{PAGE}{gone.pk}/evidence/{file_of(gone).pk}/raw"
    assert world.client().get(address).status_code == 404
    assert world.client("outsider").get(address).status_code == 404
    assert world.client("auditor").get(address).status_code == 410

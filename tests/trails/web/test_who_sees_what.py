"""Who may open which page: what is private does not exist for strangers and outsiders."""

import pytest

from evidence.ledger import log as ledger
from tests.plugins.world import World
from trails.models import Attestation, Trail

ORGANIZATION_PAGES = ("new", "settings/members", "settings/keys")


def attested(world: World, trail: Trail) -> Attestation:
    run = world.begin(f"run-in-{trail.name}", trail)
    attestation = world.attest(run, files={"a.txt": b"a"}, user_data='{"a":1}')
    ledger.seal(world.acme.log)
    return attestation


def pages(attestation: Attestation) -> list[str]:
    """Return every address below a trail."""
    workflow = attestation.workflow
    trail = f"/acme/{workflow.trail.name}/"
    run = f"{trail}{workflow.name}/"
    one = f"{run}{attestation.pk}/"
    file = Attestation.objects.get(pk=attestation.pk).evidence.get()
    return [
        trail,
        run,
        run + "package",
        one,
        one + "statement",
        one + "proof",
        one + "user-data",
        f"{one}evidence/{file.pk}/",
    ]


@pytest.mark.parametrize("who", [None, "outsider"])
def test_a_private_trail_does_not_exist_for_others(world: World, who: str | None) -> None:
    client = world.client(who)
    addresses = pages(attested(world, world.private))
    for address in [*addresses, "/acme/case-worker-access/configure"]:
        assert client.get(address).status_code == 404, address
        assert client.head(address).status_code == 404, address
        # The answer does not tell what is private from what is not there.
        missing = client.get(address.replace("case-worker-access", "no-such-trail"))
        assert missing.status_code == 404


@pytest.mark.parametrize("who", ["owner", "writer", "auditor"])
def test_members_read_a_private_trail(world: World, who: str) -> None:
    client = world.client(who)
    for address in pages(attested(world, world.private)):
        response = client.get(address)
        assert response.status_code == 200, address
        assert response["Cache-Control"] == "no-store", address


@pytest.mark.parametrize("who", [None, "outsider", "auditor"])
def test_everybody_reads_a_public_trail(world: World, who: str | None) -> None:
    client = world.client(who)
    for address in pages(attested(world, world.public)):
        assert client.get(address).status_code == 200, address


def test_lists_show_strangers_what_is_public_and_nothing_else(world: World) -> None:
    attested(world, world.private)
    for address in ("/", "/acme/"):
        text = world.client().get(address).content.decode()
        assert "acme" in text
        assert "case-worker-access" not in text
        assert "rival" not in text  # it has no public trail
    assert world.client().get("/rival/").status_code == 404
    assert world.client("outsider").get("/rival/").status_code == 200


@pytest.mark.parametrize("page", ORGANIZATION_PAGES)
def test_settings_exist_for_members_and_open_for_admins(world: World, page: str) -> None:
    answers = {
        who: world.client(who).get(f"/acme/{page}").status_code
        for who in (None, "outsider", "auditor", "writer", "owner")
    }
    assert answers == {None: 404, "outsider": 404, "auditor": 403, "writer": 403, "owner": 200}


def test_only_admins_configure(world: World) -> None:
    answers = {
        who: world.client(who).post("/acme/prod-server-access/configure").status_code
        for who in (None, "outsider", "auditor", "writer")
    }
    assert answers == {None: 403, "outsider": 403, "auditor": 403, "writer": 403}


def test_an_attestation_is_found_under_its_own_workflow_only(world: World) -> None:
    secret = attested(world, world.private)
    public = world.begin("run-1")
    file = Attestation.objects.get(pk=secret.pk).evidence.get()
    base = f"/acme/{public.trail.name}/{public.name}/{secret.pk}/"
    for address in (base, base + "statement", base + "proof", f"{base}evidence/{file.pk}/"):
        assert world.client().get(address).status_code == 404, address


def test_a_stranger_is_offered_to_sign_in_and_come_back(world: World) -> None:
    text = world.client().get("/acme/case-worker-access/?state=compliant").content.decode()
    assert "/account/login/?next=%2Facme%2Fcase-worker-access%2F%3Fstate%3Dcompliant" in text
    assert world.client().get("/account/keys/").status_code == 302

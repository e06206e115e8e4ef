"""A credential is whatever a stranger sends: nonsense is refused, by whichever form it comes."""

import json

import pytest
from django.core.cache import cache

from tests.plugins.world import PASSWORD, World
from tests.second_factors import INDEX, confirm, set_up_app

PARTS = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}
NONSENSE = [
    "",
    "no JSON",
    "null",
    "[]",
    "1",
    '"text"',
    "{}",
    '{"id": "a"}',
    '{"id": "a", "rawId": "b", "response": {}}',
    '{"id": "a", "rawId": "a", "response": null}',
    '{"id": 1, "rawId": 1, "response": {"userHandle": 1}}',
    json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": PARTS}),
    json.dumps({"id": "AAAA", "rawId": "AAAA", "response": PARTS | {"userHandle": "AP8\u0000"}}),
    json.dumps({"id": "AAAA", "rawId": "AAAA", "response": PARTS | {"attestationObject": "oA"}}),
    "[" * 5000,
]


@pytest.fixture(autouse=True)
def _no_attempts_yet(db: None) -> None:
    cache.clear()


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nobody_signs_in_with_nonsense(world: World, nonsense: str) -> None:
    client = world.client()
    asked = client.get(f"{INDEX}webauthn/login/", headers={"Accept": "application/json"})
    assert asked.json()["request_options"]["publicKey"]["rpId"] == "testserver"
    client.post(f"{INDEX}webauthn/login/", {"credential": nonsense})
    assert client.get("/acme/case-worker-access/").status_code == 404


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_nonsense_is_no_second_factor_and_becomes_none(world: World, nonsense: str) -> None:
    owner = world.client("owner")
    set_up_app(owner)
    for page in ("webauthn/add/", "webauthn/reauthenticate/"):
        assert owner.get(INDEX + page).status_code in (200, 302)
        response = owner.post(INDEX + page, {"credential": nonsense, "name": "x"})
        assert response.status_code in (200, 302), page
    assert "You have no passkey." in owner.get(f"{INDEX}webauthn/").content.decode()
    client = world.client()
    client.post("/account/login/", {"login": "owner@example.com", "password": PASSWORD})
    client.get(f"{INDEX}authenticate/")
    client.post(f"{INDEX}authenticate/", {"credential": nonsense})
    assert client.get("/acme/case-worker-access/").status_code == 404


def test_adding_asks_for_a_passkey_of_the_public_address(world: World) -> None:
    page = confirm(world.client("auditor"), f"{INDEX}webauthn/add/")
    assert '"rp": {"name": "Trailkeeper", "id": "testserver"}' in page

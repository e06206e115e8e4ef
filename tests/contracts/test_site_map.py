"""Every address of the site, probed by people who may not see what is private.

A new address fails the first test until it is either listed as open to all or filled in below with
the private thing that it would show.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from evidence.ledger import log as ledger
from tests.plugins.world import World
from trails.models import Attestation

SECRET = "the-secret-of-case-4711"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

# Addresses that show nothing of an organization, each with its reason.
OPEN = {
    "ready": "a probe",
    "healthz": "a probe",
    "home": "shows public organizations; what it must not show is tested below",
    "list_organizations": "lists public organizations; tested below",
    "openapi-json": "the description of the API",
    "api-root": "answers 404",
    "kosli-nowhere": "answers 404",
    "verify": "checks packages in the browser, and knows none",
    "verify_offline": "the same page as a file",
}
# Reading an organization that also has a public trail is allowed; its private trail must not show.
# Its log is that of all its trails; it holds hashes, and says nothing of what they are of.
LOG = {"log", "log_checkpoint", "log_key", "log_tile", "get_log", "get_consistency"}
PARTLY_PUBLIC = {"organization", "list_trails"} | LOG
# Nobody else may configure a trail there, whether one of that name exists or not: the same answer.
SAME_FOR_ALL_NAMES = {"put_trail", "get_trail"}
# The dialect's refusals: 401 without a key, 403 for an organization of others (contract 0.1).
_KOSLI = "kosli-"


def addresses(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    """Yield every pattern of the site with its name and its whole text; admin and allauth apart."""
    for entry in (resolver or get_resolver()).url_patterns:
        text = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if entry.app_name != "admin":
                yield from addresses(entry, text)
        elif not text.startswith(("account/", "admin/")):
            yield entry.name or "", text, entry


def names() -> list[str]:
    return sorted({name for name, _text, _entry in addresses() if name})


@pytest.fixture
def private(world: World) -> Attestation:
    """A private attestation with a file, whose words and names hold the secret."""
    workflow = world.begin(id=SECRET, trail=world.private, description=SECRET)
    attestation = world.attest(
        workflow,
        description="A member's words",
        files={f"{SECRET}.txt": b"A member's words"},
        user_data=f'{{"case":"{SECRET}"}}',
    )
    ledger.seal(world.acme.log)
    return attestation


def paths(attestation: Attestation) -> dict[str, str]:
    """Return the address of the private thing under every named pattern that can show one."""
    evidence = attestation.evidence.get()
    api = f"/api/v1/organizations/acme/trails/case-worker-access/workflows/{SECRET}"
    page = f"/acme/case-worker-access/{SECRET}/"
    one = f"{api}/attestations/{attestation.pk}"
    two = "/api/v2"
    return {
        "log": "/acme/log/",
        "log_checkpoint": "/acme/log/checkpoint",
        "log_key": "/acme/log/key",
        "log_tile": "/acme/log/tile/0/000.p/1",
        "trail_new": "/acme/new",
        "members": "/acme/settings/members",
        "keys": "/acme/settings/keys",
        "organization": "/acme/",
        "trail": "/acme/case-worker-access/",
        "trail_configure": "/acme/case-worker-access/configure",
        "workflow": page,
        "workflow_package": f"{page}package",
        "attestation": f"{page}{attestation.pk}/",
        "attestation_statement": f"{page}{attestation.pk}/statement",
        "attestation_proof": f"{page}{attestation.pk}/proof",
        "attestation_user_data": f"{page}{attestation.pk}/user-data",
        "evidence": f"{page}{attestation.pk}/evidence/{evidence.pk}/",
        "list_trails": "/api/v1/organizations/acme/trails",
        "put_trail": "/api/v1/organizations/acme/trails/case-worker-access",
        "get_trail": "/api/v1/organizations/acme/trails/case-worker-access",
        "list_workflows": "/api/v1/organizations/acme/trails/case-worker-access/workflows",
        "put_workflow": api,
        "get_workflow": api,
        "list_attestations": f"{api}/attestations",
        "post_attestation": f"{api}/attestations",
        "get_attestation": one,
        "get_statement": f"{one}/statement",
        "get_evidence": f"{one}/evidence/{evidence.pk}",
        "get_package": f"{api}/package",
        "get_proof": f"{one}/proof",
        "get_workflow_statement": f"{api}/statement",
        "get_workflow_proof": f"{api}/proof",
        "get_log": "/api/v1/organizations/acme/log",
        "get_consistency": "/api/v1/organizations/acme/log/consistency",
        "kosli-audit-trails": f"{two}/audit_trails/acme",
        "kosli-audit-trail": f"{two}/audit_trails/acme/case-worker-access",
        "kosli-workflows": f"{two}/workflows/acme/case-worker-access",
        "kosli-workflow": f"{two}/workflows/acme/case-worker-access/{SECRET}",
        "kosli-evidence": f"{two}/evidence/acme/workflow/case-worker-access/generic",
        "kosli-experimental-features": f"{two}/organizations/acme/experimental_features",
    }


def probe(client: Client, method: str, path: str, headers: dict[str, str]) -> Any:
    body = b"{}" if method in ("POST", "PUT", "PATCH") else b""
    return client.generic(method, path, body, content_type="application/json", headers=headers)


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def test_every_address_is_probed_or_open_for_a_reason(private: Attestation) -> None:
    assert set(names()) == set(paths(private)) | set(OPEN)


def test_the_members_really_see_what_others_are_probed_for(
    world: World, private: Attestation
) -> None:
    for name, path in paths(private).items():
        key = {} if "/api/" not in path else world.bearer("owner")
        client = world.client(None if key else "owner")
        response = probe(client, "GET", path, key)
        assert response.status_code in (200, 405), (name, path, response.status_code)


@pytest.mark.parametrize("who", ["stranger", "outsider", "outsider's key"])
def test_what_is_private_does_not_exist_for_others(
    world: World, private: Attestation, who: str
) -> None:
    client = world.client("outsider" if who == "outsider" else None)
    headers = world.bearer("outsider") if who == "outsider's key" else {}
    for name, path in paths(private).items():
        for method in METHODS:
            response = probe(client, method, path, headers)
            told = f"{method} {path} ({name}) by {who}: {response.status_code}"
            text = text_of(response)
            # An error may repeat the words of the address, and nothing else.
            assert SECRET not in text or SECRET in path, told
            assert "A member's words" not in text, told
            if name.startswith(_KOSLI):
                assert response.status_code in (401, 403, 405), told
            elif name in PARTLY_PUBLIC and method in ("GET", "HEAD"):
                assert response.status_code in (200, 405), told
                assert "case-worker-access" not in text, told
            elif name in SAME_FOR_ALL_NAMES and method == "PUT":
                nothing = probe(client, method, f"{path}-that-is-not", headers)
                assert response.status_code == nothing.status_code in (401, 403), told
            else:
                assert response.status_code in (401, 404, 405), told


@pytest.mark.parametrize("name", ["home", "list_organizations"])
@pytest.mark.parametrize("who", [None, "outsider"])
def test_lists_for_everybody_show_nothing_private(
    world: World, private: Attestation, name: str, who: str | None
) -> None:
    path = {"home": "/", "list_organizations": "/api/v1/organizations"}[name]
    text = text_of(world.client(who).get(path))
    assert ("acme" in text) or who == "outsider"  # whose home shows what is theirs
    assert SECRET not in text and "case-worker-access" not in text


def test_an_organization_without_public_trails_does_not_exist_for_others(world: World) -> None:
    assert world.client().get("/rival/").status_code == 404
    assert world.client("writer").get("/rival/").status_code == 404
    assert world.client("outsider").get("/rival/").status_code == 200
    assert Client().get("/api/v1/organizations/rival/trails").status_code == 404
    assert ledger.seal(world.rival.log) is not None
    for path in ("log/", "log/checkpoint", "log/key", "log/tile/0/000.p/1"):
        assert world.client().get(f"/rival/{path}").status_code == 404
        assert world.client("writer").get(f"/rival/{path}").status_code == 404
        assert world.client("outsider").get(f"/rival/{path}").status_code == 200
    for path in ("log", "log/consistency"):
        assert Client().get(f"/api/v1/organizations/rival/{path}").status_code == 404


def test_a_trail_made_private_again_takes_everything_with_it(world: World) -> None:
    from trails.actions.trails import configure_trail

    workflow = world.begin()
    world.attest(workflow, files={"a.txt": b"a"})
    page = f"/acme/{world.public.name}/run-1/package"
    assert Client().get(page).status_code == 200
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name=world.public.name,
        visibility="private",
    )
    assert Client().get(page).status_code == 404

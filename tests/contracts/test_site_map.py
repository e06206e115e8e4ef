"""Every address of the site, probed by people who may not see what is private.

A new address fails the first test until it is either listed as open to all or filled in below with
the private thing that it would show.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from evidence.ledger import log as ledger
from tests.plugins.world import World
from tests.trails.preparing import ready
from trails import actors
from trails.demo.files.pdf import document
from trails.demo.files.png import Canvas
from trails.demo.script import at
from trails.models import Attestation, DirectUpload, TrailPackage

SECRET = "the-secret-of-case-4711"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

# Addresses that show nothing of an organization, each with its reason.
OPEN = {
    "ready": "a probe",
    "healthz": "a probe",
    "search": "finds among what may be seen; tested below, and in tests/trails/web",
    "home": "shows public organizations; what it must not show is tested below",
    "list_organizations": "lists public organizations; tested below",
    "openapi-json": "the description of the API",
    "api-root": "answers 404",
    "kosli-nowhere": "answers 404",
    "styleguide": "shows made-up things, and those only while DEBUG is on",
    "about": "says what one can rely on",
    "site_card": "a picture of the site's name",
    "robots": "the same for everybody",
    "sitemap": "lists public trails; what it must not list is tested in test_discovery",
    "sitemap_pages": "lists public organizations; tested there, too",
    "favicon": "an icon",
    "touch_icon": "an icon",
    "touch_icon_plain": "an icon",
    "security_txt": "the operator's address",
    "verify": "checks packages in the browser, and knows none",
    "verify_offline": "the same page as a file",
}
# Reading an organization that also has a public trail is allowed; its private trail must not show.
# Its log is that of all its trails; it holds hashes, and says nothing of what they are of.
LOG = {"log", "log_checkpoint", "log_key", "log_tile", "get_log", "get_consistency"}
PARTLY_PUBLIC = {"organization", "organization_card", "list_trails"} | LOG
# Nobody else may configure a trail there, whether one of that name exists or not: the same answer.
SAME_FOR_ALL_NAMES = {"put_trail", "get_trail"}
# Made as for a stranger: what is private has none, for members neither.
NONE_FOR_MEMBERS = {"trail_card", "workflow_card", "sitemap_part"}
# Lead members on to another address.
LEADS_ON = {"settings"}
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
        files={
            f"{SECRET}.txt": b"A member's words",
            f"{SECRET}.png": Canvas(1, 1).png(),
            f"{SECRET}.pdf": document(SECRET, ["A member's words"], at("2026-11-24", "12:00")),
        },
        user_data=f'{{"case":"{SECRET}"}}',
    )
    ledger.seal(world.acme.log)
    uploaded(world)
    assert ready(world, world.private).is_ready
    return attestation


def uploaded(world: World) -> DirectUpload:
    """Return a direct upload of the owner's. Not every vault takes some, so it is a row alone."""
    return DirectUpload.objects.create(
        organization=world.acme,
        sha256="0" * 64,
        size=1,
        reason=SECRET,
        expires_at=timezone.now() + timedelta(days=1),
        **actors.for_user(world.owner).by_columns,
    )


def paths(attestation: Attestation) -> dict[str, str]:
    """Return the address of the private thing under every named pattern that can show one."""
    packed = TrailPackage.objects.get(trail=attestation.workflow.trail)
    trail = "/api/v1/organizations/acme/trails/case-worker-access"
    packages = f"{trail}/packages"
    evidence, image, scan = attestation.evidence.order_by("position")
    api = f"{trail}/workflows/{SECRET}"
    page = f"/acme/case-worker-access/{SECRET}/"
    files = f"{page}{attestation.pk}/evidence"
    one = f"{api}/attestations/{attestation.pk}"
    two = "/api/v2"
    uploads = "/api/v1/organizations/acme/uploads"
    upload = f"{uploads}/{DirectUpload.objects.get().pk}"
    return {
        "log": "/acme/log/",
        "log_checkpoint": "/acme/log/checkpoint",
        "log_key": "/acme/log/key",
        "log_tile": "/acme/log/tile/0/000.p/1",
        "trail_new": "/acme/new",
        "settings": "/acme/settings/",
        "activity": "/acme/settings/activity",
        "activity_csv": "/acme/settings/activity.csv",
        "vault": "/acme/settings/vault",
        "members": "/acme/settings/members",
        "keys": "/acme/settings/keys",
        "organization": "/acme/",
        "organization_card": "/acme/card.png",
        "sitemap_part": f"/sitemap-{attestation.workflow.trail_id}.xml",
        "trail_card": "/acme/case-worker-access/card.png",
        "trail_feed": "/acme/case-worker-access/feed",
        "trail_csv": "/acme/case-worker-access/workflows.csv",
        "workflow_card": f"{page}card.png",
        "trail": "/acme/case-worker-access/",
        "trail_configure": "/acme/case-worker-access/configure",
        "trail_versions": "/acme/case-worker-access/versions",
        "trail_hold": "/acme/case-worker-access/hold",
        "workflow_hold": f"{page}hold",
        "workflow_dispose": f"{page}dispose",
        "retention": "/acme/settings/retention",
        "trail_archive": "/acme/case-worker-access/archive",
        "trail_packages": "/acme/case-worker-access/packages",
        "trail_package_download": f"/acme/case-worker-access/packages/{packed.pk}",
        "workflow_new": "/acme/case-worker-access/new",
        "attest": f"{page}attest",
        "attest_files": f"{page}attest/files",
        "workflow": page,
        "workflow_package": f"{page}package",
        "attestation": f"{page}{attestation.pk}/",
        "attestation_statement": f"{page}{attestation.pk}/statement",
        "attestation_proof": f"{page}{attestation.pk}/proof",
        "attestation_user_data": f"{page}{attestation.pk}/user-data",
        "evidence": f"{files}/{evidence.pk}/",
        "evidence_raw": f"{files}/{evidence.pk}/raw",
        "evidence_image": f"{files}/{image.pk}/image",
        "evidence_page": f"{files}/{scan.pk}/page/1.png",
        "list_trails": "/api/v1/organizations/acme/trails",
        "put_trail": "/api/v1/organizations/acme/trails/case-worker-access",
        "get_trail": "/api/v1/organizations/acme/trails/case-worker-access",
        "list_workflows": f"{trail}/workflows",
        "post_trail_package": packages,
        "list_trail_packages": packages,
        "get_trail_package": f"{packages}/{packed.pk}",
        "delete_trail_package": f"{packages}/{packed.pk}",
        "download_trail_package": f"{packages}/{packed.pk}/download",
        "post_upload": uploads,
        "list_uploads": uploads,
        "get_upload": upload,
        "post_upload_sent": upload,
        "delete_upload": upload,
        "put_workflow": api,
        "get_workflow": api,
        "list_attestations": f"{api}/attestations",
        "post_attestation": f"{api}/attestations",
        "export_attestations": f"{trail}/attestations",
        "post_attestations": f"{trail}/attestations",
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
        expected = (302,) if name in LEADS_ON else (200, 405)
        expected = (404,) if name in NONE_FOR_MEMBERS else expected
        assert response.status_code in expected, (name, path, response.status_code)


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


@pytest.mark.parametrize("who", [None, "outsider"])
def test_the_search_finds_nothing_private(
    world: World, private: Attestation, who: str | None
) -> None:
    digest = private.evidence.earliest("position").blob_id
    for q in (SECRET, "member's words", digest, str(private.pk), "by:writer"):
        text = text_of(world.client(who).get("/search", {"q": q}))
        assert "case-worker-access" not in text, q
        assert f"/{SECRET}" not in text, q


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

"""The main job, end to end: access is recorded as it happens, and a stranger takes the evidence."""

import io
import json
import zipfile
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browsers
from tests.plugins.server import Server

PASSWORD = "correct horse battery staple"
RUN = "ecs-execute-command-0199bb27be8f354b7"
EVIDENCE = {
    "user-identity": ("identity.json", b'{"user": "ann", "mfa": true}\n'),
    "service-identity": ("task.json", b'{"service": "payments"}\n'),
    "command-logs": ("session.log", b"\x1b[32m$ psql\x1b[0m\r\n" * 20_000),
}


def test_access_to_production_is_recorded_and_its_evidence_downloaded(
    server: Server, browsers: Browsers, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    options = ("--admin", "ann@example.com", "--name", "Ann", "--password-file")
    made = server.manage("create_organization", "acme", *options, str(tmp_path / "password"))
    assert made.returncode == 0, made.stderr

    admin = browsers.visitor(server.url)
    sign_in(admin.page)
    create_trail(admin.page)
    key = make_key(admin.page)
    report(server, key)

    stranger = browsers.visitor(server.url)
    archive = zipfile.ZipFile(io.BytesIO(download(stranger.page)))
    assert archive.testzip() is None
    for step, (name, content) in EVIDENCE.items():
        assert archive.read(f"{RUN}/data/{step}/{name}") == content
    assert [*admin.troubles, *stranger.troubles] == []


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in", exact=True).first.click()
    page.get_by_label("Email").fill("ann@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What is going on")).to_be_visible()


def create_trail(page: Page) -> None:
    page.get_by_role("link", name="acme").click()
    page.get_by_role("link", name="New trail").click()
    page.get_by_label("Name", exact=True).fill("prod-server-access")
    page.get_by_label("Description").fill("Shell access to production")
    page.get_by_label("Public").check()
    page.get_by_label("Name of step 1").fill("user-identity")
    page.get_by_label("Name of step 2").fill("service-identity")
    page.get_by_label("Name of step 3").fill("to-be-removed")
    page.get_by_role("button", name="Add a row").click()
    # What was typed is still there; a name that is emptied is taken out; Enter saves.
    page.get_by_label("Name of step 3").fill("")
    page.get_by_label("Name of step 4").fill("command-logs")
    page.get_by_label("Name of step 4").press("Enter")
    expect(page.get_by_role("heading", name="prod-server-access")).to_be_visible()
    expect(page.get_by_role("list", name="Steps").get_by_role("listitem")).to_have_text(
        ["user-identity", "service-identity", "command-logs"]
    )


def make_key(page: Page) -> str:
    page.get_by_role("link", name="acme").first.click()
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("link", name="Service accounts and keys").click()
    page.get_by_label("Name").fill("shell-recorder")
    page.get_by_role("button", name="Create the service account").click()
    page.get_by_role("button", name="Issue a key to shell-recorder").click()
    token = page.locator(".token").inner_text()
    assert token.startswith("tk_")
    assert token not in page.url
    return token


def report(server: Server, key: str) -> None:
    run = f"{server.url}/api/v1/organizations/acme/trails/prod-server-access/workflows/{RUN}"
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}) as client:
        assert client.put(run, json={"description": "Shell for OPS-4711"}).status_code == 201
        for step, file in EVIDENCE.items():
            said = json.dumps({"step": step, "is_compliant": True})
            answer = client.post(
                f"{run}/attestations",
                files={
                    "attestation": (None, said, "application/json"),
                    "evidence": file,
                },
            )
            assert answer.status_code == 201, answer.text


def download(page: Page) -> bytes:
    page.goto("/acme/")
    page.get_by_role("link", name="prod-server-access").click()
    page.get_by_role("link", name=RUN).click()
    expect(page.get_by_text("Every required step has been attested")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download evidence package").click()
    assert started.value.suggested_filename == f"{RUN}.zip"
    return started.value.path().read_bytes()

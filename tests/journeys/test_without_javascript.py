"""Without JavaScript an admin records a process, from signing in to publishing it."""

import io
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.site import EMAILS, Site

LOG = b"\x1b[32m$ whoami\x1b[0m\nann\n"


def test_an_admin_records_a_process(site: Site, plain: Page, tmp_path: Path) -> None:
    sign_in(site, plain, "admin")
    create_trail(plain, site.places["organization"])
    begin(plain)
    attest(plain, tmp_path)
    read_again(plain)
    make_public(plain)


def sign_in(site: Site, page: Page, role: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in", exact=True).first.click()
    page.get_by_label("Email").fill(EMAILS[role])
    page.get_by_label("Password").fill(site.passwords[role])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def create_trail(page: Page, organization: str) -> None:
    page.goto(f"/{organization}/")
    page.get_by_role("link", name="New trail").click()
    page.get_by_label("Name", exact=True).fill("without-scripts")
    page.get_by_label("Name of step 1").fill("approval")
    page.get_by_label("Name of step 2").fill("session")
    page.get_by_role("button", name="Add a row").click()
    expect(page.get_by_label("Name of step 1")).to_have_value("approval")
    # Steps go in the order of their numbers: what came last becomes the first.
    last = page.get_by_label("Number of step 4")
    page.get_by_label("Name of step 4").fill("request")
    last.fill("0")
    page.get_by_role("button", name="Create the trail").click()
    expect(page.get_by_role("heading", name="without-scripts", level=1)).to_be_visible()
    expect(page.get_by_role("list", name="Steps").get_by_role("listitem")).to_have_text(
        ["request", "approval", "session"]
    )


def begin(page: Page) -> None:
    page.get_by_role("link", name="Start a workflow").first.click()
    page.get_by_label("Id", exact=True).fill("not an id")
    page.get_by_label("Description").fill("Shell for OPS-4711")
    page.get_by_role("button", name="Begin the workflow").click()
    # Refused: what was typed is still there.
    expect(page.get_by_label("Description")).to_have_value("Shell for OPS-4711")
    page.get_by_label("Id", exact=True).fill("run-1")
    page.get_by_role("button", name="Begin the workflow").click()
    expect(page.get_by_role("heading", name="run-1", level=1)).to_be_visible()


def attest(page: Page, folder: Path) -> None:
    (folder / "session.log").write_bytes(LOG)
    (folder / "note.txt").write_text("A second file.", encoding="utf-8")
    page.get_by_role("link", name="Attest", exact=True).first.click()
    page.get_by_label("Step", exact=True).select_option("session")
    page.get_by_label("User data").fill("{not JSON")
    page.locator("input[type=file]").set_input_files(folder / "session.log")
    submit = page.get_by_role("button", name="Attest", exact=True).last
    submit.click()
    # Refused, and the file is held: it is listed, and goes with the next try.
    expect(page.get_by_role("checkbox", name="session.log")).to_be_checked()
    page.get_by_label("User data").fill('{"ticket": "OPS-4711"}')
    page.get_by_label("Compliant: it happened", exact=False).first.check()
    page.locator("input[type=file]").set_input_files(folder / "note.txt")
    submit.click()
    expect(page.get_by_role("heading", name="run-1", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="session.log").first).to_be_visible()
    expect(page.get_by_role("link", name="note.txt").first).to_be_visible()


def read_again(page: Page) -> None:
    page.get_by_role("navigation", name="Breadcrumb").get_by_role(
        "link", name="without-scripts"
    ).click()
    page.get_by_role("link", name="Incomplete", exact=True).click()
    page.get_by_role("link", name="run-1").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download evidence package").click()
    archive = zipfile.ZipFile(io.BytesIO(started.value.path().read_bytes()))
    assert archive.read("run-1/data/session/session.log") == LOG


def make_public(page: Page) -> None:
    page.get_by_role("navigation", name="Breadcrumb").get_by_role(
        "link", name="without-scripts"
    ).click()
    page.get_by_role("link", name="Configure").click()
    page.get_by_role("radio", name="Public").check()
    page.get_by_role("button", name="Save as the next version").click()
    # It asks for the name before the world may read it.
    expect(page.get_by_role("heading", level=1)).to_contain_text("Configure")
    page.locator("input[name=confirm_name]").fill("without-scripts")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_text("Public", exact=True).first).to_be_visible()

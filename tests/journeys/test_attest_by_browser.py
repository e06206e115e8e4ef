"""A reviewer attests by browser with files that are on their way while the form is filled in."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from tests.journeys.gallery import STRANGER, WRITER
from tests.journeys.site import Site, Watched

STEPS = ["user-identity", "service-identity", "command-logs"]


@pytest.fixture
def trail(site: Site) -> str:
    """The address of a trail without workflows."""
    return site.new_trail("attested-by-browser", STEPS)


@pytest.fixture
def writer(site: Site, chromium: Browser, trail: str) -> Generator[Watched]:
    """The demo's writer, who has begun a workflow and opened the form of its first step."""
    # A session of its own: one of the tests ends it.
    window = site.window(chromium, STRANGER)
    page = window.page
    site.sign_in(page, WRITER)
    page.goto(f"{trail}new")
    page.get_by_label("Id", exact=True).fill("OPS-4711")
    page.get_by_role("button", name="Begin the workflow").click()
    page.get_by_role("link", name="Attest the first step").click()
    expect(page.get_by_label("Step", exact=True)).to_have_value("user-identity")
    yield window
    page.context.close()


def made(folder: Path, **files: bytes) -> list[Path]:
    paths = []
    for name, content in files.items():
        path = folder / f"{name}.log"
        path.write_bytes(content)
        paths.append(path)
    return paths


def files(page: Page) -> list[str]:
    return page.locator("#uploads bdi").all_inner_texts()


def test_two_files_arrive_by_themselves_and_are_attested(writer: Watched, tmp_path: Path) -> None:
    page = writer.page
    page.get_by_label("Choose files").set_input_files(
        made(tmp_path, identity=b"tobias\n", session=b"$ whoami\n" * 100_000)
    )
    expect(page.locator("#uploads .said")).to_have_text(["Uploaded", "Uploaded"])
    page.get_by_label("Compliant:", exact=False).first.check()
    page.get_by_label("Description").fill("Looked at by hand")
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(
        page.get_by_text("Attestation 1, user-identity, is recorded with 2 files.")
    ).to_be_visible()
    assert page.url.endswith("/OPS-4711/#a1")
    expect(page.get_by_role("link", name="session.log").first).to_be_visible()
    assert writer.troubles == []


def test_an_error_loses_neither_text_nor_files(writer: Watched, tmp_path: Path) -> None:
    page = writer.page
    page.get_by_label("Choose files").set_input_files(made(tmp_path, one=b"1", two=b"2"))
    page.get_by_label("User data").fill('{"ticket": }')
    # At once: the form waits for its files.
    page.get_by_role("button", name="Attest", exact=True).click()
    summary = page.get_by_role("group", name="Nothing was recorded")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("at line 1, column 12")
    assert files(page) == ["one.log", "two.log"]
    summary.get_by_role("link", name="User data").click()
    expect(page.get_by_label("User data")).to_be_focused()
    page.get_by_label("User data").fill('{"ticket": "OPS-4711"}')
    page.get_by_label("Recorded without").check()
    page.get_by_role("button", name="Remove one.log").click()
    expect(page.locator("#uploads bdi")).to_have_text(["two.log"])
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_text("is recorded with 1 file.")).to_be_visible()
    assert writer.troubles == []


def test_a_lost_connection_is_told_and_retried(writer: Watched, tmp_path: Path) -> None:
    page = writer.page
    page.route("**/attest/files", lambda route: route.abort())
    page.get_by_label("Choose files").set_input_files(made(tmp_path, one=b"1"))
    expect(page.locator("#uploads .said")).to_have_text(
        "The connection was lost. Retry when it is back."
    )
    page.get_by_label("Compliant:", exact=False).first.check()
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Not every file has arrived")).to_be_visible()
    page.unroute("**/attest/files")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("#uploads .said")).to_have_text("Uploaded")
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_text("is recorded with 1 file.")).to_be_visible()
    assert [text for text in writer.troubles if "ERR_FAILED" not in text] == []


def test_a_file_on_its_way_can_be_cancelled(writer: Watched, tmp_path: Path) -> None:
    page = writer.page
    held: list[Route] = []
    page.route("**/attest/files", lambda route: held.append(route))
    page.get_by_label("Choose files").set_input_files(made(tmp_path, one=b"1", two=b"2"))
    page.get_by_role("button", name="Remove one.log").click()
    expect(page.locator("#uploads bdi")).to_have_text(["two.log"])
    expect(page.get_by_role("button", name="Remove two.log")).to_be_focused()
    page.unroute("**/attest/files")  # which lets those go on that are waiting
    expect(page.locator("#uploads .said")).to_have_text("Uploaded")


def test_files_are_dropped_onto_the_zone(writer: Watched) -> None:
    page = writer.page
    transfer = page.evaluate_handle(
        """() => {
          const transfer = new DataTransfer();
          for (const name of ["a.txt", "b.txt"]) transfer.items.add(new File([name], name));
          return transfer;
        }"""
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    expect(page.locator("#uploads .said")).to_have_text(["Uploaded", "Uploaded"])
    assert files(page) == ["a.txt", "b.txt"]
    assert writer.troubles == []


def test_signing_in_again_elsewhere_loses_nothing(
    writer: Watched, site: Site, tmp_path: Path
) -> None:
    page = writer.page
    page.get_by_label("Description").fill("Typed for an hour")
    page.get_by_label("Compliant:", exact=False).first.check()
    other = page.context.new_page()
    other.goto("/")
    other.get_by_role("button", name="Sign out").first.click()
    confirm = other.get_by_role("main").get_by_role("button", name="Sign out")
    if confirm.count():
        confirm.click()
    page.get_by_label("Choose files").set_input_files(made(tmp_path, one=b"1"))
    expect(page.locator("#uploads .said")).to_contain_text("Sign in in another tab")
    site.sign_in(other, WRITER)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("#uploads .said")).to_have_text("Uploaded")
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_text("is recorded with 1 file.")).to_be_visible()
    expect(page.get_by_text("Typed for an hour")).to_be_visible()


def test_leaving_with_typed_text_asks(writer: Watched) -> None:
    page = writer.page
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Description").fill("Half a sente")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Description")).to_have_value("Half a sente")
    assert asked == ["beforeunload"]
    page.get_by_label("Description").fill("")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="OPS-4711")).to_be_visible()
    assert asked == ["beforeunload"]


def test_without_javascript_the_form_does_the_same(
    site: Site, chromium: Browser, trail: str, tmp_path: Path
) -> None:
    page = site.window(chromium, WRITER, java_script_enabled=False).page
    page.goto(f"{trail}new")
    page.get_by_role("button", name="Begin the workflow").click()
    page.get_by_role("link", name="Attest the first step").click()
    page.get_by_label("Choose files").set_input_files(made(tmp_path, one=b"1", two=b"2"))
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_text("Nothing was recorded.")).to_be_visible()
    assert files(page) == ["one.log", "two.log"]
    page.get_by_role("button", name="Remove one.log").click()
    page.get_by_label("Compliant:", exact=False).first.check()
    page.get_by_label("Address of link 1").fill("https://ci.example/1")
    page.get_by_role("button", name="Add a link").click()
    expect(page.get_by_label("Address of link 1")).to_have_value("https://ci.example/1")
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_text("is recorded with 1 file.")).to_be_visible()

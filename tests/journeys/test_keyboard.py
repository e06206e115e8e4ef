"""The keyboard alone suffices: every page can be walked through, and every job done, by it."""

from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.gallery import PAGES, Page
from tests.journeys.keyboard import go_to, step, walk
from tests.journeys.site import EMAILS, Site, Watched


@pytest.fixture(scope="module")
def windows(site: Site, chromium: Browser) -> Generator[dict[str, Watched]]:
    """One window for each kind of person."""
    yield {
        role: site.window(chromium, role, viewport={"width": 1280, "height": 800})
        for role in sorted({page.seen_by[0] for page in PAGES})
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_walked_from_its_first_to_its_last_place(
    page: Page, site: Site, windows: dict[str, Watched]
) -> None:
    window = windows[page.seen_by[0]]
    window.open(site.address(page))
    places = walk(window.page)
    assert 'class="skip"' in places[0]
    # Whatever a mouse can press, the keyboard reaches.
    pressable = window.page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
            .filter((element) => element.checkVisibility({ visibilityProperty: true })
                && !element.disabled && element.type !== "hidden" && element.tabIndex >= 0)
            .map((element) => element.type === "radio" ? `radio ${element.name}`
                : element.outerHTML.slice(0, 160))"""
    )
    # Of a group of radio buttons the keyboard reaches one, and the arrows reach the others.
    missed = [what for what in pressable if what not in places and not what.startswith("radio ")]
    assert missed == []


def test_the_first_place_skips_to_the_content(site: Site, windows: dict[str, Watched]) -> None:
    window = windows["stranger"]
    window.open("/")
    window.page.evaluate("document.activeElement.blur()")
    assert 'class="skip"' in (step(window.page) or "")
    window.page.keyboard.press("Enter")
    expect(window.page.locator("main")).to_be_focused()
    expect(window.page).to_have_url(f"{site.url}/#main")


def test_an_auditor_signs_in_opens_a_workflow_and_downloads_it(
    site: Site, chromium: Browser
) -> None:
    page = site.window(chromium, "stranger").page
    page.goto("/")
    go_to(page, page.get_by_role("link", name="Sign in", exact=True).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    go_to(page, page.get_by_label("Email"))
    page.keyboard.type(EMAILS["auditor"])
    go_to(page, page.get_by_label("Password"))
    page.keyboard.type(site.passwords["auditor"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    go_to(page, page.get_by_role("link", name=site.places["trail"], exact=True).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=site.places["trail"], level=1)).to_be_visible()
    go_to(page, page.get_by_role("link", name=site.places["workflow"]))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=site.places["workflow"], level=1)).to_be_visible()
    # A fold opens by Space.
    fold = page.locator("details > summary").first
    go_to(page, fold)
    page.keyboard.press("Space")
    expect(page.locator("details").first).to_have_attribute("open", "")
    go_to(page, page.get_by_role("link", name="Download evidence package"))
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename == f"{site.places['workflow']}.zip"
    page.context.close()


def test_a_writer_attests_with_a_file(site: Site, chromium: Browser, tmp_path: Path) -> None:
    page = site.window(chromium, "writer", viewport={"width": 1280, "height": 800}).page
    place = f"/{site.places['organization']}/{site.places['trail']}"
    page.goto(f"{place}/new")
    go_to(page, page.get_by_label("Id", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("by-keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="by-keyboard", level=1)).to_be_visible()
    go_to(page, page.get_by_role("link", name="Attest", exact=True).first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Attest in")).to_be_visible()
    page.wait_for_load_state()  # with its scripts, which take hold of the form
    go_to(page, page.get_by_label("Step", exact=True))
    page.keyboard.type("command-logs")
    go_to(page, page.locator("input[name=verdict]").first)
    page.keyboard.press("Space")
    go_to(page, page.locator("input[type=file]"))
    (tmp_path / "session.log").write_text("$ whoami\n", encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(tmp_path / "session.log")
    expect(page.get_by_role("checkbox", name="session.log")).to_be_enabled()
    go_to(page, page.get_by_role("button", name="Attest", exact=True).last)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="by-keyboard", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="session.log").first).to_be_visible()
    page.context.close()

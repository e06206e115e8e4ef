"""An auditor at a workflow: why it stands as it does, what was superseded, and how to take it."""

from collections.abc import Generator
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.site import Site, Watched


@pytest.fixture
def window(site: Site, chromium: Browser) -> Generator[Watched]:
    """The auditor's window."""
    watched = site.window(chromium, "auditor")
    yield watched
    watched.page.context.close()


def test_an_incomplete_workflow_says_what_is_missing(site: Site, window: Watched) -> None:
    page = window.page
    window.open("/{organization}/{trail}/?state=incomplete".format_map(site.places))
    page.locator(".row-link").first.click()
    expect(page.get_by_label("Reasons for the state")).to_contain_text("has not been attested")
    expect(page.get_by_text("Not attested yet").first).to_be_visible()
    # An auditor looks, and does not attest.
    expect(page.get_by_role("link", name="Attest")).to_have_count(0)
    assert window.troubles == []


def test_a_superseded_attestation_opens_for_its_address(site: Site, window: Watched) -> None:
    page = window.page
    address = "/{organization}/{trail}/{superseded}/".format_map(site.places)
    window.open(address)
    fold = page.locator(".entry-superseded details").first
    expect(fold).not_to_have_attribute("open", "")
    number = fold.locator(".entry-body").get_attribute("id")
    window.open("/")
    window.open(f"{address}#{number}")
    expect(page.locator(f"#{number}")).to_be_in_viewport()
    expect(page.locator(f".entry:has(#{number})")).to_have_css("outline-style", "solid")


def test_the_package_is_taken_by_the_blue_button(site: Site, window: Watched) -> None:
    page = window.page
    window.open("/{organization}/{trail}/{workflow}/".format_map(site.places))
    button = page.get_by_role("link", name="Download evidence package")
    expect(button).to_have_accessible_description("5 files, 5.1 KiB, and their proofs")
    with page.expect_download() as download:
        button.click()
    with ZipFile(download.value.path()) as package:
        assert any(name.endswith("bagit.txt") for name in package.namelist())
    assert window.troubles == []

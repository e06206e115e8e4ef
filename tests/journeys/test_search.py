"""Searching in a browser: the key, the words, and a file that is hashed here and not uploaded."""

import hashlib
import re
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.site import Site, Watched


@pytest.fixture
def window(site: Site, chromium: Browser) -> Generator[Watched]:
    """A stranger's window."""
    watched = site.window(chromium, "stranger")
    yield watched
    watched.page.context.close()


def test_the_slash_key_leads_to_the_search_from_everywhere(site: Site, window: Watched) -> None:
    page = window.page
    window.open("/{organization}/{trail}/".format_map(site.places))
    page.keyboard.press("/")
    field = page.get_by_role("banner").get_by_role("searchbox")
    expect(field).to_be_focused()
    page.keyboard.type("a/b")
    expect(field).to_have_value("a/b")
    # Where something is typed, it is a character like any other.
    page.get_by_label("Text", exact=True).focus()
    page.keyboard.type("c/d")
    expect(page.get_by_label("Text", exact=True)).to_have_value("c/d")
    field.fill("ledger shel")
    field.press("Enter")
    page.wait_for_url(re.compile(r"/search\?q=ledger\+shel$"))
    expect(page.locator("mark").first).to_be_visible()
    assert window.troubles == []


def test_a_hit_leads_to_its_place_in_the_timeline(site: Site, window: Watched) -> None:
    page = window.page
    window.open("/search?q=step:command-logs")
    page.locator(".list .title a").first.click()
    number = page.url.partition("#a")[2]
    expect(page.locator(f"#a{number}")).to_be_in_viewport()
    outline = page.locator(f".entry:target, .entry:has(#a{number}:target)")
    expect(outline).to_have_css("outline-style", "solid")


def test_a_dropped_file_is_found_by_its_digest_and_stays_here(
    site: Site, window: Watched, tmp_path: Path
) -> None:
    page = window.page
    attested = "/{organization}/{trail}/{workflow}/".format_map(site.places)
    window.open(attested)
    source = page.get_by_role("link", name="Download session.log")
    if not source.count():
        source = page.get_by_role("link", name="session.log")
    content = httpx.get(site.url + str(source.first.get_attribute("href"))).content
    file = tmp_path / "renamed.bin"
    file.write_bytes(content)
    window.open("/search")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.get_by_label("Drop a file here").set_input_files(file)
    digest = hashlib.sha256(content).hexdigest()
    page.wait_for_url(f"{site.url}/search?q={digest}")
    expect(page.get_by_role("heading", name="Exactly this")).to_be_visible()
    expect(page.get_by_text("session.log").first).to_be_visible()
    assert all(request.startswith("GET ") for request in sent)
    assert window.troubles == []


def test_a_file_that_nobody_attested_is_not_found(window: Watched, tmp_path: Path) -> None:
    file = tmp_path / "other.bin"
    file.write_bytes(b"nobody attested this")
    window.open("/search")
    window.page.get_by_label("Drop a file here").set_input_files(file)
    expect(window.page.get_by_text("Nothing that you may see matches")).to_be_visible()

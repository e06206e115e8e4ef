"""A stranger follows a public link, learns what to rely on, and needs little of a network."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.site import Site, Watched
from trails.demo.bank import ORGANIZATION
from trails.demo.processes.server_access import FAMOUS

TRAIL = f"/{ORGANIZATION}/prod-server-access/"
WORKFLOW = f"{TRAIL}{FAMOUS}/"
# Compressed, with every style sheet, script and icon that a first visit fetches.
WEIGHT = 100_000
PAGES = ("/", "/about/", "/verify/", f"/{ORGANIZATION}/", f"/{ORGANIZATION}/log/", TRAIL, WORKFLOW)


@pytest.fixture
def stranger(site: Site, chromium: Browser) -> Iterator[Watched]:
    """A window in which nothing was open before, of somebody whom nobody here knows."""
    window = site.window(chromium, "stranger")
    yield window
    window.page.context.close()


def told(page: Page) -> dict[str, str]:
    """Return what the page tells other sites."""
    found: dict[str, str] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("meta[property], meta[name]")]
            .map((meta) => [meta.getAttribute("property") ?? meta.name, meta.content]))"""
    )
    return found


def test_a_stranger_comes_from_the_first_page_to_a_package(site: Site, stranger: Watched) -> None:
    page = stranger.page
    stranger.open("/")
    page.get_by_role("link", name="See a real workflow").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Download evidence package")).to_be_visible()
    page.get_by_role("contentinfo").get_by_role("link", name="What you can rely on").click()
    expect(page.get_by_role("heading", level=1, name="What you can rely on")).to_be_visible()
    page.get_by_role("link", name="the page that verifies").click()
    expect(page.get_by_text("Drop a package here")).to_be_visible()
    assert stranger.troubles == []


@pytest.mark.parametrize("path", [TRAIL, WORKFLOW])
def test_a_shared_link_shows_what_it_leads_to(site: Site, stranger: Watched, path: str) -> None:
    stranger.open(path)
    said = told(stranger.page)
    assert said["og:url"].endswith(path)
    assert said["og:image"].endswith(f"{path}card.png")
    assert "robots" not in said
    size = stranger.page.evaluate(
        """async (path) => {
            const card = await createImageBitmap(await (await fetch(path)).blob());
            return [card.width, card.height];
        }""",
        f"{path}card.png",
    )
    assert size == [1200, 630]
    expect(stranger.page.get_by_role("heading", name="What you can rely on")).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_a_first_view_weighs_little(site: Site, stranger: Watched, path: str) -> None:
    weights: dict[str, float] = {}
    session = stranger.page.context.new_cdp_session(stranger.page)
    session.send("Network.enable")
    session.on(
        "Network.loadingFinished",
        lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}),
    )
    stranger.open(path)
    stranger.page.wait_for_load_state("networkidle")
    assert len(weights) > 4
    assert sum(weights.values()) < WEIGHT


def test_files_that_never_change_are_fetched_once(site: Site, stranger: Watched) -> None:
    lasting = []
    stranger.page.on(
        "response",
        lambda response: lasting.append((response.url, response.headers.get("cache-control", ""))),
    )
    stranger.open(TRAIL)
    files = [(url, keep) for url, keep in lasting if "/static/" in url]
    assert files
    assert [url for url, keep in files if not re.search(r"max-age=\d{8}.*immutable", keep)] == []

"""An open page tells what is new without moving, and leaves whoever works in it alone."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.gallery import STRANGER
from tests.journeys.site import Site, Watched, in_api

_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries()
        .map((entry) => entry.value))).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Reporter:
    """A script that reports to one trail."""

    trail: str
    client: httpx.Client

    def begin(self, id: str) -> None:
        self.client.put(in_api(f"{self.trail}{id}"), json={}).raise_for_status()

    def attest(self, id: str, step: str) -> None:
        said = {"step": step, "is_compliant": True}
        address = f"{in_api(f'{self.trail}{id}')}/attestations"
        self.client.post(address, json=said).raise_for_status()


@pytest.fixture
def reporter(site: Site) -> Generator[Reporter]:
    """Who reports to a public trail, and has begun three workflows in it."""
    with site.api() as client:
        reporter = Reporter(site.new_trail("watched", ["identity", "approval"]), client)
        for number in range(3):
            reporter.begin(f"run-{number}")
        yield reporter


@pytest.fixture
def watcher(site: Site, chromium: Browser) -> Generator[Watched]:
    """A stranger whose clock the test turns."""
    window = site.window(chromium, STRANGER)
    window.page.clock.install()
    window.page.add_init_script(_SHIFTS)
    yield window
    window.page.context.close()


def asks(page: Page, what: Callable[[], None] | None = None) -> int:
    """Let fifteen seconds pass, and return the status of the answer to the page's question."""
    with page.expect_response(lambda response: "seen=" in response.url) as answer:
        (what or (lambda: page.clock.fast_forward(15_100)))()
    status = answer.value.status
    page.clock.run_for(200)  # htmx settles what it swapped
    return status


def test_a_row_changes_where_it_stands_and_new_ones_wait_to_be_shown(
    watcher: Watched, reporter: Reporter
) -> None:
    page = watcher.page
    page.goto(reporter.trail)
    assert asks(page) == 204
    row = page.get_by_role("row", name="run-1")
    before = row.bounding_box()
    reporter.attest("run-1", "identity")
    reporter.attest("run-1", "approval")
    reporter.begin("run-3")
    assert asks(page) == 200
    expect(row).to_contain_text("Compliant")
    assert row.bounding_box() == before
    expect(page.get_by_role("row")).to_have_count(4)
    expect(page.locator("#counts")).to_contain_text("1 compliant")
    assert page.evaluate("window.shifts") == []
    assert asks(page) == 204
    # It stands in a region that is read out.
    news = page.locator(".news[role=status]").get_by_role("link", name="1 new workflow. Show")
    news.click()
    expect(page.get_by_role("row")).to_have_count(5)
    assert watcher.troubles == []


def test_nobody_who_works_in_the_table_is_disturbed(watcher: Watched, reporter: Reporter) -> None:
    page = watcher.page
    asked: list[str] = []
    page.goto(reporter.trail)
    page.on(
        "request", lambda request: asked.append(request.url) if "seen=" in request.url else None
    )
    link = page.get_by_role("link", name="run-1")
    link.focus()
    reporter.attest("run-1", "identity")
    page.clock.fast_forward(15_100)
    page.clock.fast_forward(15_100)
    expect(link).to_be_focused()
    assert asked == []
    page.evaluate("document.activeElement.blur()")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('h1'))")
    page.clock.fast_forward(15_100)
    assert asked == []
    page.evaluate("getSelection().removeAllRanges()")
    assert asks(page) == 200
    assert watcher.troubles == []


def test_an_open_workflow_tells_of_what_was_attested(watcher: Watched, reporter: Reporter) -> None:
    page = watcher.page
    reporter.attest("run-0", "identity")
    page.goto(f"{reporter.trail}run-0/")
    assert asks(page) == 204
    reporter.attest("run-0", "approval")
    assert asks(page) == 200
    assert page.evaluate("window.shifts") == []
    page.get_by_role("link", name="1 new attestation. Show").click()
    assert page.url.endswith("#a2")
    expect(page.locator("#a2")).to_be_in_viewport()
    expect(page.locator(".state-large")).to_have_text("Compliant")
    assert watcher.troubles == []

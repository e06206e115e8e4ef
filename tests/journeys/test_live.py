"""An open page tells what is new without moving, and leaves whoever works in it alone."""

import json
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys import demo
from tests.journeys.conftest import Browsers, Visitor
from tests.plugins.server import Server

TRAIL = "/harbor-bank/watched/"
STEPS = ["identity", "approval"]
_API = "/api/v1/organizations/harbor-bank/trails/watched"
_SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => window.shifts.push(...list.getEntries()
        .map((entry) => entry.value))).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def api(server: Server) -> httpx.Client:
    """The admin's client, after making a public trail with three workflows."""
    demo.play(server)
    told = json.loads((server.data_dir / "demo-sign-ins.json").read_text(encoding="utf-8"))
    client = httpx.Client(
        base_url=server.url, headers={"Authorization": f"Bearer {told['keys'][demo.ADMIN]}"}
    )
    steps = [{"name": name, "required": True} for name in STEPS]
    made = client.put(_API, json={"visibility": "public", "steps": steps})
    assert made.status_code == 201, made.text
    for number in range(3):
        begin(client, f"run-{number}")
    return client


def begin(api: httpx.Client, id: str) -> None:
    api.put(f"{_API}/workflows/{id}", json={}).raise_for_status()


def attest(api: httpx.Client, id: str, step: str) -> None:
    said = {"step": step, "is_compliant": True}
    api.post(f"{_API}/workflows/{id}/attestations", json=said).raise_for_status()


@pytest.fixture
def watcher(server: Server, browsers: Browsers, api: httpx.Client) -> Visitor:
    """A stranger whose clock the test turns."""
    visitor = browsers.visitor(server.url)
    visitor.page.clock.install()
    visitor.page.add_init_script(_SHIFTS)
    return visitor


def asks(page: Page, what: Callable[[], None] | None = None) -> int:
    """Let fifteen seconds pass, and return the status of the answer to the page's question."""
    with page.expect_response(lambda response: "seen=" in response.url) as answer:
        (what or (lambda: page.clock.fast_forward(15_100)))()
    status = answer.value.status
    page.clock.run_for(200)  # htmx settles what it swapped
    return status


def test_a_row_changes_where_it_stands_and_new_ones_wait_to_be_shown(
    watcher: Visitor, api: httpx.Client
) -> None:
    page = watcher.page
    page.goto(TRAIL)
    assert asks(page) == 204
    row = page.get_by_role("row", name="run-1")
    before = row.bounding_box()
    attest(api, "run-1", "identity")
    attest(api, "run-1", "approval")
    begin(api, "run-3")
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


def test_nobody_who_works_in_the_table_is_disturbed(watcher: Visitor, api: httpx.Client) -> None:
    page = watcher.page
    asked: list[str] = []
    page.goto(TRAIL)
    page.on(
        "request", lambda request: asked.append(request.url) if "seen=" in request.url else None
    )
    link = page.get_by_role("link", name="run-1")
    link.focus()
    attest(api, "run-1", "identity")
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


def test_an_open_workflow_tells_of_what_was_attested(watcher: Visitor, api: httpx.Client) -> None:
    page = watcher.page
    attest(api, "run-0", "identity")
    page.goto(f"{TRAIL}run-0/")
    assert asks(page) == 204
    attest(api, "run-0", "approval")
    assert asks(page) == 200
    assert page.evaluate("window.shifts") == []
    page.get_by_role("link", name="1 new attestation. Show").click()
    assert page.url.endswith("#a2")
    expect(page.locator("#a2")).to_be_in_viewport()
    expect(page.locator(".state-large")).to_have_text("Compliant")
    assert watcher.troubles == []

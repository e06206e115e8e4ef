"""The matrix stays readable: with many steps it scrolls in itself, and narrow it becomes cards."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.gallery import STRANGER
from tests.journeys.site import Site, Watched, in_api

LONG_ID = "run-" + "0123456789abcdef" * 12


@pytest.fixture(scope="module")
def wide(site: Site) -> str:
    """The address of a public trail with forty steps and ids as long as they may be."""
    trail = site.new_trail("wide", [f"step-number-{n}" for n in range(40)])
    with site.api() as client:
        for id in [LONG_ID, *(f"run-{n}" for n in range(40))]:
            client.put(in_api(f"{trail}{id}"), json={}).raise_for_status()
    return trail


@pytest.fixture
def visitor(site: Site, chromium: Browser) -> Generator[Watched]:
    """A stranger."""
    window = site.window(chromium, STRANGER)
    yield window
    window.page.context.close()


def test_the_ids_and_the_steps_stay_in_sight(visitor: Watched, wide: str) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(wide)
    matrix = page.locator("#matrix")
    matrix.evaluate("(table) => { table.scrollLeft = 2000; table.scrollTop = 400; }")
    box, head = matrix.bounding_box(), page.get_by_role("columnheader", name="Workflow")
    corner = head.bounding_box()
    assert box and corner
    assert abs(corner["x"] - box["x"]) < 2 and abs(corner["y"] - box["y"]) < 2
    expect(page.get_by_role("columnheader", name="step-number-20")).to_be_in_viewport()
    # What lies behind the sticky column does not shine through.
    on_top = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('th')?.scope",
        [box["x"] + 20, box["y"] + 200],
    )
    assert on_top == "row"
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    assert visitor.troubles == []


def test_narrow_each_workflow_is_a_card_with_the_names_of_its_steps(
    visitor: Watched, wide: str
) -> None:
    page = visitor.page
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(wide)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    row = page.get_by_role("row", name="run-39")
    expect(row.get_by_text("step-number-7", exact=True)).to_be_visible()
    # The whole card leads to the workflow.
    row.scroll_into_view_if_needed()
    box = row.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 10, box["y"] + 50)
    page.wait_for_url(f"**{wide}run-39/")


def test_conditions_are_taken_away_one_by_one(visitor: Watched, wide: str) -> None:
    page = visitor.page
    page.goto(wide)
    page.get_by_label("Text", exact=True).fill("run 39")
    page.get_by_text("Person and dates", exact=True).click()
    page.get_by_label("Person").fill("mira")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Remove Text run 39").click()
    assert page.url.endswith("?by=mira")
    expect(page.get_by_role("row")).to_have_count(42)
    page.get_by_role("link", name="Show all", exact=True).click()
    assert page.url.endswith(wide)

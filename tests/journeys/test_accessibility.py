"""Every page by the rules of axe: WCAG 2.2 AA and good practice, light and dark, wide and narrow.

A page is loaded once and looked at in four ways. Colours are all that a colour scheme changes, so
the dark one is asked about colours alone.
"""

from collections.abc import Generator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser

from tests.journeys.gallery import PAGES, Page
from tests.journeys.site import Site, Watched

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
EVERYTHING = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
LOOKS: tuple[tuple[int, Any, dict[str, Any]], ...] = (
    (1280, "light", EVERYTHING),
    (1280, "dark", COLOURS),
    (360, "dark", COLOURS),
    (360, "light", EVERYTHING),
)
# Only what is wanted crosses to this process: all that axe finds in order is megabytes.
_RUN = "(options) => axe.run(options).then((found) => found.violations)"
CASES = [(page, role) for page in PAGES for role in page.seen_by[:2]]


@pytest.fixture(scope="module")
def windows(site: Site, chromium: Browser) -> Generator[dict[str, Watched]]:
    """One window for each kind of person. Motion would be measured half-way."""
    roles = sorted({role for _page, role in CASES})
    yield {role: site.window(chromium, role, reduced_motion="reduce") for role in roles}


def violations(window: Watched, options: dict[str, Any]) -> list[str]:
    """Return what axe objects to on the page that a window shows, with the elements it means."""
    if window.page.evaluate("typeof axe") == "undefined":
        window.page.evaluate(AXE_SCRIPT)
    found = window.page.evaluate(_RUN, options)
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize(
    ("page", "role"), CASES, ids=[f"{page.name}-{role}" for page, role in CASES]
)
def test_a_page_is_accessible_in_every_look(
    page: Page, role: str, site: Site, windows: dict[str, Watched]
) -> None:
    window = windows[role]
    assert window.open(site.address(page)) == page.status
    # What is folded away is a part of the page too.
    window.page.evaluate("document.querySelectorAll('details').forEach((fold) => fold.open = true)")
    found = {}
    for width, scheme, options in LOOKS:
        window.page.set_viewport_size({"width": width, "height": 800})
        window.page.emulate_media(color_scheme=scheme)
        found[f"{width} {scheme}"] = violations(window, options)
    assert {look: said for look, said in found.items() if said} == {}


def test_the_rules_find_what_they_look_for(site: Site, chromium: Browser) -> None:
    window = site.window(chromium, "stranger")
    window.open("/")
    window.page.evaluate(
        """() => {
            const faint = document.createElement("p");
            faint.textContent = "Faint";
            faint.style.color = "#ddd";
            document.querySelector("main").append(faint, document.createElement("button"));
        }"""
    )
    found = violations(window, EVERYTHING)
    assert {line.split(":")[0] for line in found} == {"color-contrast", "button-name"}

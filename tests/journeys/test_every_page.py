"""What holds for every page of the gallery, whoever looks at it.

It is whole at once and stays where it is, asks no other host, breaks no policy, says nothing on the
console, has one heading of the first rank, and fits into 320 pixels.
"""

from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.gallery import PAGES, Page
from tests.journeys.site import Site, Watched

WIDTHS = (1280, 360, 320)
CASES = [(page, role) for page in PAGES for role in page.seen_by]

_LOOK = """() => ({
    refused: window.refused,
    shifts: window.shifts,
    headings: document.querySelectorAll("h1").length,
    lang: document.documentElement.lang,
    title: document.title,
    twice: [...document.querySelectorAll("[id]")].map((element) => element.id)
        .filter((id, at, ids) => ids.indexOf(id) !== at),
    mains: document.querySelectorAll("main").length,
})"""
# How far the page can be scrolled sideways, and what of it sticks out furthest.
_WIDTH = """() => {
    const far = document.scrollingElement.scrollWidth - innerWidth;
    if (far <= 0) return null;
    const all = [...document.querySelectorAll("main *, header *, footer *")];
    const out = all.filter((element) => element.getBoundingClientRect().right > innerWidth + 1);
    return `${far} pixels too wide: ${out.slice(-1)[0]?.outerHTML.slice(0, 200)}`;
}"""


@pytest.fixture(scope="module")
def windows(site: Site, chromium: Browser) -> Generator[dict[str, Watched]]:
    """One window for each kind of person."""
    roles = sorted({role for page in PAGES for role in page.seen_by})
    yield {role: site.window(chromium, role) for role in roles}


@pytest.mark.parametrize(
    ("page", "role"), CASES, ids=[f"{page.name}-{role}" for page, role in CASES]
)
def test_a_page_is_quiet_whole_and_fits(
    page: Page, role: str, site: Site, windows: dict[str, Watched]
) -> None:
    window = windows[role]
    window.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    assert window.open(site.address(page)) == page.status
    seen: dict[str, Any] = window.page.evaluate(_LOOK)
    # The browser itself reports the status of a page that is an error.
    said = [
        words
        for words in window.troubles
        if page.status < 400 or f"status of {page.status}" not in words
    ]
    assert said == []
    assert seen["refused"] == []
    assert seen["shifts"] == []
    assert seen["headings"] == seen["mains"] == 1
    assert seen["lang"] == "en"
    assert seen["title"].endswith("Trailkeeper")
    assert seen["twice"] == []
    for width in WIDTHS:
        window.page.set_viewport_size({"width": width, "height": 800})
        assert window.page.evaluate(_WIDTH) is None, f"at {width} pixels"


def test_titles_tell_pages_apart(site: Site, windows: dict[str, Watched]) -> None:
    titles: dict[str, str] = {}
    for page in PAGES:
        window = windows[page.seen_by[0]]
        if page.status == 200 and "?" not in page.address:
            window.open(site.address(page))
            title = window.page.title()
            assert title not in titles, f"{page.name} and {titles[title]} are both called {title}"
            titles[title] = page.name


def test_the_watch_sees_what_it_watches_for(site: Site, chromium: Browser) -> None:
    window = site.window(chromium, "stranger")
    window.open("/")
    window.page.evaluate(
        """() => {
            const late = document.createElement("div");
            late.setAttribute("style", "height: 300px; width: 2000px");
            document.body.prepend(late);
            document.body.append(Object.assign(document.createElement("img"), {
                src: "https://elsewhere.example/x.png"}));
            console.log("said");
        }"""
    )
    window.page.wait_for_function("window.refused.length > 1")
    assert "said" in window.troubles
    late = "document.body.firstChild"
    window.page.evaluate(
        f"{late}.style.height = '300px'; {late}.style.width = '2000px';"
        "new Promise((go) => requestAnimationFrame(() => setTimeout(go, 100)))"
    )
    assert window.page.evaluate("window.shifts.length") > 0
    assert "pixels too wide" in window.page.evaluate(_WIDTH)

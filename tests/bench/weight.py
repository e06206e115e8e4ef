"""The figure `weight`: what a browser transfers to show a page for the first time.

Everything counts: the page, style sheets, scripts and pictures, as compressed on the wire, with
their headers, into an empty cache.
"""

from playwright.sync_api import Browser, CDPSession

from tests.bench.figures import Figure, Spread
from tests.bench.ground import Ground
from tests.journeys.chromium import launched
from tests.journeys.gallery import PAGES, Page
from tests.journeys.site import Site, demo_site

BOUND = 100.0
"""Kilobytes, of 1,000 bytes each."""

MAIN = frozenset(
    {"home", "organization", "trail", "workflow", "attestation", "log", "verify", "search"}
    | {"evidence", "evidence-transcript", "attest", "trail-configure", "keys", "activity"}
)
QUICK = frozenset({"home", "workflow"})


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Give the bytes of the first view of each main page, as whoever sees the most of it."""
    names = QUICK if quick else MAIN
    with ground.server() as server, launched() as browser:
        site = demo_site(server)
        return [_figure(site, browser, page) for page in PAGES if page.name in names]


def _figure(site: Site, browser: Browser, page: Page) -> Figure:
    size = first_view(site, browser, page)
    return Figure(
        f"first view of {page.name}",
        Spread.of([size / 1000]),
        "KB",
        f"{site.address(page)} as {page.seen_by[0]}, with everything, compressed",
        below=BOUND,
    )


def first_view(site: Site, browser: Browser, page: Page) -> int:
    """Give the bytes that came over the wire until the page was whole, in a new browser context."""
    window = site.window(browser, page.seen_by[0])
    session: CDPSession = window.page.context.new_cdp_session(window.page)
    came: list[int] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    window.open(site.address(page))
    window.page.wait_for_load_state("networkidle")
    window.page.context.close()
    return int(sum(came))

"""The windows that journeys look through, and the demo that they may look at."""

import os
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.chromium import CHROMIUM, launched
from tests.journeys.site import Site, demo_site
from tests.plugins.leftovers import Leftovers
from tests.plugins.servers import standing
from tests.plugins.template import Template


@dataclass
class Visitor:
    """A person's own browser window, and what went wrong in it."""

    page: Page
    troubles: list[str] = field(default_factory=list)


@dataclass
class Browsers:
    """Makes visitors, each with cookies of their own."""

    browser: Browser
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self, origin: str) -> Visitor:
        """Return a new visitor who notes console messages, errors and requests to other hosts."""
        page = self.browser.new_context(base_url=origin, accept_downloads=True).new_page()
        visitor = Visitor(page)
        page.on("console", lambda message: visitor.troubles.append(message.text))
        page.on("pageerror", lambda error: visitor.troubles.append(str(error)))

        def note(url: str) -> None:
            if not url.startswith((f"{origin}/", "data:", "blob:")):
                visitor.troubles.append(f"a request to {url}")

        page.on("request", lambda request: note(request.url))
        self.visitors.append(visitor)
        return visitor


@pytest.fixture(scope="session")
def site(server_template: Template, server_leftovers: Leftovers) -> Generator[Site]:
    """The demo on a server, made once for all who look at its pages."""
    with standing(server_template, server_leftovers, "site") as server:
        yield demo_site(server)


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    """One browser for the tests of a file, of which each opens windows of its own.

    Not for longer: while Playwright runs, Django takes the whole process for an asynchronous one.
    """
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("There is no chromium here: apt-get install chromium.")
    with launched() as browser:
        yield browser


@pytest.fixture
def plain(site: Site, chromium: Browser) -> Generator[Page]:
    """A stranger's window on the demo, in which no script runs."""
    page = site.window(chromium, "stranger", java_script_enabled=False).page
    yield page
    page.context.close()


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch) -> Generator[Browsers]:
    """Browsers for one test."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("There is no chromium here: apt-get install chromium.")
    with launched() as browser:
        yield Browsers(browser)

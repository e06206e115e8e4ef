"""A real browser for journeys: Debian's chromium, which can reach the server and nothing else."""

import os
import shutil
from collections.abc import Generator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or ""
# A browser that is started by root, without a screen, and keeps to itself.
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


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


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch) -> Generator[Browsers]:
    """Browsers for one test."""
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip("There is no chromium here: apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield Browsers(browser)
        browser.close()

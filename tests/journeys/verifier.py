"""The page that verifies packages, for tests: the copy that people keep, opened from a disk."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.chromium import CHROMIUM, FLAGS

# Hands bytes to the page as the file that a person would choose.
_VERIFY = """([name, data, keys, policy]) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return trailkeeper.verify(new File([bytes], name), { keys, policy });
}"""


@dataclass
class Kept:
    """A kept copy that is open in a browser without a network, and what went wrong in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def verify(
        self, name: str, data: bytes, keys: list[str], policy: str | None = None
    ) -> dict[str, Any]:
        """Return the browser's report on a package."""
        given = [name, base64.b64encode(data).decode(), keys, policy]
        report: dict[str, Any] = self.page.evaluate(_VERIFY, given)
        return report


def offline_page() -> bytes:
    """Return the file that `Keep this page` downloads."""
    return Client().get(reverse("verify_offline")).content


@contextmanager
def started() -> Iterator[Browser]:
    """Give a browser that reaches nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def kept(browser: Browser, folder: Path, script: str = "") -> Kept:
    """Save the page on a disk and open it there, offline. `script` runs before its own."""
    file = folder / "trailkeeper-verify.html"
    file.write_bytes(offline_page())
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    copy = Kept(page)
    page.on("request", lambda request: copy.requests.append(request.url))
    page.on("console", lambda message: copy.troubles.append(message.text))
    page.on("pageerror", lambda error: copy.troubles.append(str(error)))
    if script:
        page.add_init_script(script)
    page.goto(file.as_uri())
    return copy

"""The demo, served by a real server to people who are signed in: what all pages are looked at on.

For looking at pages. The demo's data are made once and shared, so whoever changes something makes
a trail of their own.
"""

import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.journeys import gallery
from tests.plugins.server import Server
from trails.demo.bank import ADMIN, AUDITOR, ORGANIZATION, WRITER
from trails.demo.processes.server_access import FAMOUS
from trails.demo.sign_ins import FILE

EMAILS = {
    gallery.ADMIN: ADMIN.email,
    gallery.WRITER: WRITER.email,
    gallery.AUDITOR: AUDITOR.email,
}
TRAIL = "prod-server-access"
PRIVATE = "case-worker-access"
CHANGED = "feature-toggle-change"
_RECENT = 60.0  # seconds; a file of tests has the rest of five minutes

# What a browser would say nothing of to the page: what the policy refused, and what moved.
_WATCH = """
    window.refused = [];
    window.shifts = [];
    addEventListener("securitypolicyviolation", (event) =>
        window.refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
    new PerformanceObserver((list) => list.getEntries().forEach((entry) =>
        entry.hadRecentInput || window.shifts.push([entry.value, ...entry.sources.map((source) =>
            source.node?.outerHTML?.slice(0, 120) ?? source.node?.nodeName)])
    )).observe({ type: "layout-shift", buffered: true });
"""


@dataclass
class Watched:
    """A browser window of somebody, and what went wrong in it since it was last asked."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def open(self, address: str) -> int:
        """Open an address, wait until it is whole, and return its status.

        Fails where the server leads somewhere else: that is not the page that was asked for.
        """
        self.troubles.clear()
        response = self.page.goto(address)
        # Two frames: what is laid out late has been laid out.
        self.page.evaluate("new Promise((go) => requestAnimationFrame(() => setTimeout(go, 50)))")
        assert response is not None
        assert response.request.redirected_from is None, f"{address} leads to {response.url}"
        return response.status


class Site:
    """A running demo: its address, its places, and sessions of its people."""

    def __init__(self, server: Server) -> None:
        self.url = server.url
        self.data_dir = server.data_dir
        kept = json.loads((server.data_dir / FILE).read_text(encoding="utf-8"))
        self.passwords: dict[str, str] = {
            role: kept["passwords"][email] for role, email in EMAILS.items()
        }
        self._key: str = kept["keys"][ADMIN.email]
        self._numbers = itertools.count(1)
        self._signed_in: dict[str, float] = {}
        self._cookies: dict[str, list[dict[str, Any]]] = {gallery.STRANGER: []}
        self.places = self._find_places()

    def api(self) -> httpx.Client:
        """Return a client with the admin's key."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self._key}"})

    def new_trail(self, name: str, steps: Sequence[str]) -> str:
        """Make a public trail for one test, which may change it, and return its address."""
        address = f"/{ORGANIZATION}/{name}-{next(self._numbers)}/"
        said = {
            "visibility": "public",
            "steps": [{"name": step, "required": True} for step in steps],
        }
        with self.api() as client:
            client.put(in_api(address), json=said).raise_for_status()
        return address

    def sign_in(self, page: Page, role: str) -> None:
        """Sign in by the form of a window, for a session that the test may end."""
        page.goto("/account/login/")
        page.get_by_label("Email").fill(EMAILS[role])
        page.get_by_label("Password").fill(self.passwords[role])
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="What is going on")).to_be_visible()

    def address(self, page: gallery.Page) -> str:
        """Return the address of a page, with its names filled in."""
        return page.address.format_map(self.places)

    def cookies(self, role: str) -> list[dict[str, Any]]:
        """Return the cookies of a session of somebody, who has signed in not long ago.

        What changes an account asks again for the password of whoever signed in minutes ago.
        """
        is_old = time.monotonic() - self._signed_in.get(role, float("-inf")) > _RECENT
        if is_old and role != gallery.STRANGER:
            password = self.passwords[role]
            with httpx.Client(base_url=self.url) as client:
                _send(client, "/account/login/", {"login": EMAILS[role], "password": password})
                _send(client, "/account/reauthenticate/", {"password": password})
                self._cookies[role] = [
                    {"name": name, "value": value, "url": self.url}
                    for name, value in client.cookies.items()
                ]
            self._signed_in[role] = time.monotonic()
        return self._cookies[role]

    def window(self, browser: Browser, role: str, **options: Any) -> Watched:
        """Return a new window of somebody; `options` are those of a browser context."""
        context = browser.new_context(base_url=self.url, accept_downloads=True, **options)
        context.add_cookies(self.cookies(role))  # type: ignore[arg-type]
        context.add_init_script(_WATCH)
        watched = Watched(context.new_page())
        page = watched.page
        page.on("console", lambda message: watched.troubles.append(message.text))
        page.on("pageerror", lambda error: watched.troubles.append(str(error)))

        def note(url: str) -> None:
            if not url.startswith((f"{self.url}/", "data:", "blob:")):
                watched.troubles.append(f"a request to {url}")

        page.on("request", lambda request: note(request.url))
        return watched

    def _find_places(self) -> dict[str, str]:
        """Ask the API for what the addresses of the gallery name."""
        root = f"{self.url}/api/v1/organizations/{ORGANIZATION}/trails"
        places = {"organization": ORGANIZATION, "trail": TRAIL}
        places |= {"private": PRIVATE, "changed": CHANGED}
        with self.api() as client:

            def ask(path: str) -> dict[str, Any]:
                answer = client.get(f"{root}/{path}")
                answer.raise_for_status()
                told: dict[str, Any] = answer.json()
                return told

            for trail in (TRAIL, *(name for name in self._trails(client, root) if name != TRAIL)):
                for workflow in ask(f"{trail}/workflows")["workflows"]:
                    id = workflow["id"]
                    made = ask(f"{trail}/workflows/{id}/attestations")["attestations"]
                    if trail == TRAIL:
                        if id == FAMOUS:
                            places |= {"workflow": id, "attestation": made[-1]["id"]}
                        state = workflow["state"].replace("-", "_")
                        places.setdefault(state, id)
                        if any(attestation["superseded"] for attestation in made):
                            places["superseded"] = id
                    for attestation, file in itertools.chain.from_iterable(
                        ((a, f) for f in a["evidence"]) for a in made
                    ):
                        kind = file["name"].rpartition(".")[2].lower()
                        path = f"/{ORGANIZATION}/{trail}/{id}/{attestation['id']}"
                        places.setdefault(f"file_{kind}", f"{path}/evidence/{file['id']}/")
        return places

    @staticmethod
    def _trails(client: httpx.Client, root: str) -> list[str]:
        return [trail["name"] for trail in client.get(root).raise_for_status().json()["trails"]]


def in_api(address: str) -> str:
    """Return where the API has the trail, or the workflow, of a page's address."""
    organization, trail, *rest = address.strip("/").split("/")
    path = f"/api/v1/organizations/{organization}/trails/{trail}"
    return "/workflows/".join([path, *rest])


def _send(client: httpx.Client, address: str, said: dict[str, str]) -> None:
    """Fill in the first form of a page as a browser does. Fails when it is refused."""
    token = client.get(address).text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    origin = str(client.base_url).rstrip("/")
    answer = client.post(
        address,
        data={**said, "csrfmiddlewaretoken": token},
        headers={"Referer": f"{origin}{address}", "Origin": origin},
    )
    assert answer.status_code == 302, answer.text


def demo_site(server: Server) -> Site:
    """Fill a server that does not run yet with the demo, start it, and return it as a site."""
    made = server.manage("demo")
    assert made.returncode == 0, made.stderr
    server.start()
    return Site(server)

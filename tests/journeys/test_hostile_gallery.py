"""Hostile evidence in a real browser: no script runs, no title changes, no other host is asked."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from tests.anomalies.hostile import GALLERY, Hostile
from tests.journeys.site import Site, Watched
from trails.demo.bank import ADMIN, ORGANIZATION
from trails.demo.sign_ins import FILE

TRAIL = "hostile-gallery"
BOUND = 20.0  # seconds until a page is whole


@pytest.fixture(scope="module")
def places(site: Site) -> dict[str, str]:
    """The addresses of the pages of all hostile files, in a public trail of their own."""
    kept = json.loads((site.data_dir / FILE).read_text(encoding="utf-8"))
    key = kept["keys"][ADMIN.email]
    root = f"{site.url}/api/v1/organizations/{ORGANIZATION}/trails/{TRAIL}"
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:
        trail = {"description": "x", "visibility": "public", "steps": []}
        client.put(root, json=trail).raise_for_status()
        client.put(f"{root}/workflows/one", json={"description": "x"}).raise_for_status()
        files = [("evidence", (hostile.name, hostile.data)) for hostile in GALLERY]
        report = {"step": "one", "is_compliant": None, "description": "x"}
        made = client.post(
            f"{root}/workflows/one/attestations",
            data={"attestation": json.dumps(report)},
            files=files,
        )
        made.raise_for_status()
        told: dict[str, Any] = made.json()
    page = f"/{ORGANIZATION}/{TRAIL}/one/{told['id']}/evidence"
    return {file["name"]: f"{page}/{file['id']}/" for file in told["evidence"]}


@pytest.fixture(scope="module")
def window(site: Site, chromium: Browser) -> Iterator[Watched]:
    """A stranger's window."""
    yield site.window(chromium, "stranger")


@pytest.mark.parametrize("hostile", GALLERY, ids=lambda hostile: hostile.name)
def test_a_browser_looks_at_a_hostile_file_and_nothing_happens(
    hostile: Hostile, places: dict[str, str], window: Watched
) -> None:
    for query in ("", "?as=hex"):
        began = time.monotonic()
        assert window.open(places[hostile.name] + query) == 200
        assert time.monotonic() - began < BOUND
        assert window.page.title().startswith(f"{hostile.name} ·")
        assert window.page.locator("h1").inner_text() == hostile.name
        assert window.page.evaluate("window.refused") == []
        assert window.troubles == []
        scripts = window.page.evaluate("[...document.scripts].map((script) => script.src)")
        assert all("/static/js/" in script for script in scripts)


def test_an_image_that_is_two_things_is_shown_as_an_image(
    places: dict[str, str], window: Watched
) -> None:
    window.open(places["gifar.gif"])
    [image] = window.page.locator("main img").all()
    assert image.evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [1, 1]


def test_a_huge_image_is_not_asked_for(places: dict[str, str], window: Watched) -> None:
    window.open(places["huge.png"])
    assert window.page.locator("main img").count() == 0


def test_a_link_of_a_terminal_is_no_link(places: dict[str, str], window: Watched) -> None:
    window.open(places["terminal.log"])
    hrefs = window.page.evaluate("[...document.links].map((link) => link.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    assert "hidden words" in window.page.locator("main").inner_text()


def test_opening_the_bytes_themselves_downloads_them(
    site: Site, places: dict[str, str], window: Watched
) -> None:
    for name in ("page.html", "picture.svg", "both.pdf"):
        with window.page.expect_download() as download:
            window.page.evaluate("(to) => { location.href = to; }", f"{places[name]}raw")
        assert download.value.url.endswith("raw")

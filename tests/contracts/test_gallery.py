"""Every page of the site is in the gallery that is looked at, or is no page, with a reason."""

from urllib.parse import urlsplit

import pytest
from django.urls import URLResolver, get_resolver, resolve

from tests.journeys.gallery import NO_PAGES, PAGES, Page

# The names of an address, as the places of the demo would fill them in.
PLACES = {
    "organization": "acme",
    "trail": "prod-server-access",
    "private": "case-worker-access",
    "changed": "feature-toggle-change",
    **dict.fromkeys(("workflow", "incomplete", "non_compliant", "superseded"), "run-1"),
    "attestation": "01a20d7f-b277-7483-a18a-3d5be26eebd5",
}
EVIDENCE = "/acme/prod-server-access/run-1/{id}/evidence/{id}/"


def path_of(page: Page) -> str:
    class Filled(dict[str, str]):
        def __missing__(self, name: str) -> str:
            assert name.startswith("file_"), f"tests.journeys.site knows no {name}"
            return EVIDENCE.format(id=PLACES["attestation"])

    return urlsplit(page.address.format_map(Filled(PLACES))).path


def names(resolver: URLResolver | None = None, prefix: str = "") -> set[str]:
    """Return the names of all addresses of pages: those of the APIs and the admin apart."""
    found: set[str] = set()
    for entry in (resolver or get_resolver()).url_patterns:
        text = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found |= set() if "api" in text or text.startswith("admin/") else names(entry, text)
        elif entry.name and not entry.name.startswith("kosli"):
            found.add(entry.name)
    return found


def test_every_address_is_looked_at_or_is_no_page() -> None:
    shown = {resolve(path_of(page)).url_name for page in PAGES if page.status == 200}
    assert names() - shown - set(NO_PAGES) == set(), "add it to tests/journeys/gallery.py"
    assert set(NO_PAGES) - names() == set(), "there is no such address any more"
    assert shown & set(NO_PAGES) == set()


def test_pages_have_names_of_their_own() -> None:
    assert len({page.name for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_somebody_looks_at_a_page(page: Page) -> None:
    assert page.seen_by

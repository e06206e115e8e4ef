"""On paper a page is a document that one can file: exact, whole, with nothing to press."""

import re
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from tests.journeys.gallery import PAGES, Page
from tests.journeys.site import Site

PRINTED = [page for page in PAGES if page.printed]


def printed(site: Site, chromium: Browser, page: Page, folder: Path) -> str:
    """Return the words of a page as they stand on paper."""
    window = site.window(chromium, page.seen_by[0])
    window.open(site.address(page))
    window.page.pdf(path=folder / "page.pdf", format="A4")
    window.page.context.close()
    document = pypdfium2.PdfDocument(folder / "page.pdf")
    text = "\n".join(sheet.get_textpage().get_text_bounded() for sheet in document)
    document.close()
    return text


@pytest.mark.parametrize("page", PRINTED, ids=lambda page: page.name)
def test_paper_says_when_exactly(page: Page, site: Site, chromium: Browser, tmp_path: Path) -> None:
    text = printed(site, chromium, page, tmp_path)
    assert re.search(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC", text)
    assert not re.search(r"\bjust now\b|\b(minutes?|hours?|days?) ago\b", text)
    assert "Sign out" not in text


def test_paper_shows_whole_digests_and_what_is_folded(
    site: Site, chromium: Browser, tmp_path: Path
) -> None:
    workflow = next(page for page in PRINTED if page.name == "workflow")
    text = printed(site, chromium, workflow, tmp_path)
    assert site.places["workflow"] in text
    assert len(re.findall(r"\b[0-9a-f]{64}\b", text.replace("\r\n", "\n"))) >= 5
    assert '"recorder"' in text, "user data lies in a fold on the screen"
    assert "Download evidence package" not in text


def test_paper_names_the_columns_and_states_of_a_trail(
    site: Site, chromium: Browser, tmp_path: Path
) -> None:
    trail = next(page for page in PRINTED if page.name == "trail")
    text = printed(site, chromium, trail, tmp_path)
    for words in ("user-identity", "command-logs", "Compliant", "Incomplete", "Non-compliant"):
        assert words in text

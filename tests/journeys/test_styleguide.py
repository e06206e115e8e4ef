"""The style guide is a page like the others: accessible, quiet, and not too wide."""

from playwright.sync_api import expect

from tests.journeys.conftest import Browsers
from tests.plugins.servers import MakeServer


def test_the_style_guide_is_quiet_and_fits(make_server: MakeServer, browsers: Browsers) -> None:
    server = make_server(DEBUG="true").start()
    visitor = browsers.visitor(server.url)
    page = visitor.page
    page.goto("/styleguide")
    expect(page.get_by_role("heading", name="Style guide", level=1)).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 0
    assert visitor.troubles == []

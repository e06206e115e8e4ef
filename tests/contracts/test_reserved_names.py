"""No name that somebody chooses hides an address of ours: the reserved words against the routes."""

import re
from collections.abc import Iterator

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from trails.words import NAME, RESERVED_ORGANIZATIONS, RESERVED_TRAILS, RESERVED_WORKFLOWS

# Words that are promised to addresses of the Kosli dialect's world and of later pages.
PROMISED_TRAILS = {"flows", "audit-trails", "environments", "log", "settings", "new", "feed"}


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Yield every address of the site as text, with `<…>` where it has a parameter."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + as_text(entry)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route


def as_text(entry: URLPattern | URLResolver) -> str:
    """Return a pattern as text: of regular expressions, what is literal before any other part."""
    text = str(entry.pattern)
    if not isinstance(entry.pattern, RegexPattern):
        return text
    text = text.removeprefix("^").replace("(?:/*)", "").replace("/+", "/").replace("\\.", ".")
    return re.sub(r"\(.*", "<rest>", text).removesuffix("$")


def words_at(place: int) -> set[str]:
    """Return the literal segments at a place of addresses whose earlier ones are all parameters."""
    found = set()
    for route in routes():
        segments = route.split("/")
        if len(segments) > place and all(is_parameter(s) for s in segments[:place]):
            found.add(segments[place])
    return {word for word in found if word and not is_parameter(word)}


def is_parameter(segment: str) -> bool:
    return "<" in segment


def test_no_organization_is_called_like_a_top_level_address() -> None:
    words = words_at(0) | {settings.STATIC_URL.strip("/")}
    assert {"account", "admin", "api", "ready", "healthz", "static", "verify"} <= words
    names = {word.lower() for word in words if NAME.fullmatch(word)}
    assert names <= RESERVED_ORGANIZATIONS


def test_no_trail_is_called_like_an_address_of_its_organization() -> None:
    words = words_at(1)
    assert {"log", "new", "settings"} <= words
    assert words | PROMISED_TRAILS <= RESERVED_TRAILS


def test_no_workflow_is_called_like_an_address_of_its_trail() -> None:
    words = words_at(2)
    assert "configure" in words
    assert words <= RESERVED_WORKFLOWS


def test_reserved_words_are_compared_in_small_letters() -> None:
    for word in RESERVED_ORGANIZATIONS | RESERVED_TRAILS:
        assert word == word.lower()

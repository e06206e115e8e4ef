"""The style guide: every component, live, with its variables. For whoever writes pages.

There where DEBUG is on, and nowhere else: it is no page of the product.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from trails.errors import NotFound
from trails.web.responses import page
from trails.web.specimens import DIFFERENT, specimens

COMPONENTS = Path(settings.BASE_DIR) / "templates" / "components"
# It is in every page already, and shows nothing by itself: the guide shows its icons.
SPRITE = "sprite.html"
COLOURS = (
    *("paper", "surface", "sunken", "hairline", "outline", "ink-soft", "ink"),
    *("accent", "accent-fill", "accent-fill-strong", "good", "wait", "bad", "calm"),
)
_OPENING = re.compile(r"\{# (?P<about>.+?\.) (?:Variables: (?P<variables>.+)\.|No variables\.) #\}")
_VARIABLE = re.compile(r"(\w+)(?: \(([^()]*)\))?(?:, |$)")


@dataclass(frozen=True, slots=True)
class Component:
    """A component as its opening comment describes it; `variables` are names and what is said."""

    name: str
    about: str
    variables: list[tuple[str, str]]

    @property
    def demands(self) -> list[str]:
        """Return the variables that have to be there."""
        return [name for name, said in self.variables if "optional" not in said]


def component(file: Path) -> Component:
    """Return what a component says of itself. ValueError when it says nothing, or says it badly."""
    opening = file.read_text(encoding="utf-8").split("\n", 1)[0]
    match = _OPENING.match(opening)
    if match is None:
        raise ValueError(
            f"{file.name} does not begin with "
            "{# What it is. Variables: x (…), y (…, optional). #}"
        )
    variables = _VARIABLE.findall(match["variables"] or "")
    return Component(file.name, match["about"], variables)


def components() -> list[Component]:
    """Return all components that the guide shows, by name."""
    return [component(file) for file in sorted(COMPONENTS.glob("*.html")) if file.name != SPRITE]


def rendered(name: str, request: HttpRequest) -> SafeString:
    """Return a component with the specimens in it."""
    context = specimens() | DIFFERENT.get(name, {})
    return render_to_string(f"components/{name}", context, request)


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponseBase:
    """Show the tokens, the marks and every component; 404 where DEBUG is off."""
    if not settings.DEBUG:
        raise NotFound("The style guide is shown while DEBUG is on.")
    sprite = (COMPONENTS / SPRITE).read_text(encoding="utf-8")
    context = {
        **specimens(),
        "shown_components": [(found, rendered(found.name, request)) for found in components()],
        "icons": re.findall(r'id="icon-([a-z-]+)"', sprite),
        "hostile": "invoice\u202egpj.exe",
        "colours": COLOURS,
        "states": ("compliant", "non-compliant", "incomplete", "missing", "recorded", "not-asked"),
    }
    return page(request, "styleguide.html", context)

"""The words and marks that all pages share: states, times, sizes, digests, people.

Everything here returns escaped HTML. What a page says beyond that is in its template.
"""

import datetime
import re
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trails.web import visible, wording
from trails.words import StepState, WorkflowState

register = template.Library()

_NARROW = 38  # characters of a shortened name
_NAME = re.compile("`([^`]+)`")
_ICONS = {
    "compliant": "check",
    "non-compliant": "cross",
    "incomplete": "clock",
    "missing": "empty",
    "recorded": "record",
    "not-asked": "dash",
}
_WORDS = (
    {state.value: str(state.label) for state in WorkflowState}
    | {state.value: str(state.label) for state in StepState}
    | {"not-asked": "Not asked for"}
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon of `components/sprite.html`; it says nothing to screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="#icon-{}"/></svg>', name
    )


@register.simple_tag
def state(value: str, quiet: bool = False) -> SafeString:
    """Return a state as icon and word; where it is `quiet` the word is for screen readers alone."""
    return format_html(
        '<span class="state state-{}"{}>{}<span class="{}">{}</span></span>',
        value,
        format_html(' title="{}"', _WORDS[value]) if quiet else "",
        icon(_ICONS[value]),
        "visually-hidden" if quiet else "word",
        _WORDS[value],
    )


@register.simple_tag
def count(value: str, number: int, quiet: bool = False) -> SafeString:
    """Return how many are in a state: icon, number and word, which may be `quiet` as in `state`."""
    return format_html(
        '<span class="state state-{}"{}>{}<span>{} <span class="{}">{}</span></span></span>',
        value,
        format_html(' title="{}"', _WORDS[value]) if quiet else "",
        icon(_ICONS[value]),
        f"{number:,}",
        "visually-hidden" if quiet else "word",
        _WORDS[value].lower(),
    )


@register.simple_tag
def when(moment: datetime.datetime | None, absolute: bool = False) -> SafeString | str:
    """Return a time as people say it, with the exact one for hovering, machines and paper."""
    if moment is None:
        return "—"
    said = wording.utc(moment) if absolute else wording.relative(moment, timezone.now())
    return format_html(
        '<time datetime="{}" title="{}"><span class="relative">{}</span>'
        '<span class="exact">{}</span></time>',
        moment.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        wording.utc_exact(moment),
        said,
        wording.utc(moment),
    )


@register.filter
def utc(moment: datetime.datetime) -> str:
    """Return a time in UTC to the second."""
    return wording.utc(moment)


@register.simple_tag
def size(number: int) -> SafeString:
    """Return a size in human units, with the number of bytes for hovering."""
    return format_html('<span title="{} bytes">{}</span>', f"{number:,}", wording.size(number))


@register.filter
def human_size(number: int) -> str:
    """Return a size in human units as plain text."""
    return wording.size(number)


@register.simple_tag
def digest(value: str) -> SafeString:
    """Return a digest as its first twelve digits, which open to the whole, with a copy button."""
    return format_html(
        '<span class="digest"><details><summary title="{0}"><span class="visually-hidden">SHA-256 '
        "</span><code>{1}…</code></summary><code>{0}</code></details>{2}</span>",
        value,
        value[:12],
        copy(value, _("Copy the digest")),
    )


@register.simple_tag
def copy(what: str, words: str = "") -> SafeString:
    """Return a button that copies a text, or the element that `#id` names (`static/js/copy.js`).

    With `words` it is a mark that only screen readers hear named; without, it says Copy.
    """
    return format_html(
        '<button type="button" class="button button-plain copy{}" data-copy="{}" hidden>'
        "{}<span{}>{}</span></button>",
        " copy-mark" if words else "",
        what,
        icon("copy"),
        mark_safe(' class="visually-hidden"') if words else "",
        words or _("Copy"),
    )


@register.filter
def shortened(name: str) -> str:
    """Return a name for a narrow place, its middle left out: what differs is mostly at the end."""
    return name if len(name) <= _NARROW else f"{name[:12]}…{name[13 - _NARROW :]}"


@register.filter
def reveal(text: str) -> SafeString:
    """Return a stranger's text escaped, with hidden characters shown."""
    return visible.reveal(text)


@register.filter
def is_web(uri: str) -> bool:
    """Tell whether an address may be a link: everything but http and https is shown as text."""
    return uri.lower().startswith(("https://", "http://"))


@register.filter
def reason(text: str) -> SafeString:
    """Return a reason of a verdict, in which names stand between backticks, as HTML."""
    # Backticks are no markup: what is between them was escaped before.
    return mark_safe(_NAME.sub(r"<code>\1</code>", visible.reveal(text)))  # noqa: S308


@register.simple_tag
def who(row: Any) -> SafeString:
    """Return who wrote a row, from its `by_` columns, with an icon for the kind of actor."""
    return _actor(row.by_kind, row.by_name, row.by_id)


def _actor(kind: str, name: str, id: str) -> SafeString:
    words = {"user": "Person", "service-account": "Service account", "system": "System"}[kind]
    return format_html(
        '<span class="who" title="{}, id {}">{}<bdi>{}</bdi></span>',
        words,
        id,
        icon(kind),
        visible.reveal(name),
    )

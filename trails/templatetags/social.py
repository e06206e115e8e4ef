"""What previews of links say: texts that other people's programs show where we cannot see them."""

from django import template

from trails.web.plain import one_line

register = template.Library()

DESCRIPTION_LIMIT = 200


@register.filter
def preview(text: str) -> str:
    """Return a stranger's text as a preview may say it: one line, cut, hidden characters named."""
    return one_line(text, DESCRIPTION_LIMIT)

"""Makes invisible characters visible in texts that strangers wrote.

Threat. A direction override or a zero-width character makes a text read differently from what is
recorded. Pages show such a character as its code point instead of obeying it. Joiners that scripts
and emoji need stay as they are.
"""

import itertools
import re
import unicodedata

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, but tab and line feed
    "\u00ad\u061c\u180e\u200b\u200e\u200f"  # soft hyphen, direction marks, zero width
    "\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # lines, overrides, isolates
    "\U000e0000-\U000e007f"  # tags
    "]"
)


# Hidden characters that are named one by one; a mark has thirty times their size, and a text of
# nothing else would make a page of gigabytes.
NAMED = 100
_PLACE = "\N{WHITE SQUARE}"


def reveal(text: str, named: int = NAMED) -> SafeString:
    """Return a text as HTML: escaped, with its hidden characters shown as `U+202E`.

    After the first `named` a square stands for each, and their number is said at the end.
    """
    pieces: list[str] = []
    end = 0
    for match in itertools.islice(HIDDEN.finditer(text), named):
        pieces += [escape(text[end : match.start()]), _mark(match[0])]
        end = match.end()
    rest, more = HIDDEN.subn(_PLACE, text[end:])
    pieces.append(escape(rest))
    if more:
        pieces.append(
            f'<span class="hidden-character">{more} more hidden, shown as {_PLACE}</span>'
        )
    return mark_safe("".join(pieces))  # noqa: S308  every piece is escaped above


def _mark(character: str) -> str:
    name = unicodedata.name(character, "CONTROL CHARACTER")
    return format_html(
        '<span class="hidden-character" title="{}">U+{}</span>', name, f"{ord(character):04X}"
    )

"""Strangers' texts where no markup can be: feeds, tables, previews of links, pictures. Pure.

Threat. As in `trails.web.visible`: a direction override or a character without width makes a text
read differently from what is recorded, and whoever shows a preview obeys it. Each such character is
named by its code point instead. A text is one line and has a limit, so that nobody's description
becomes the whole of somebody else's page.
"""

import re

from trails.web.visible import HIDDEN

# What no XML document may hold, even escaped (XML 1.0 §2.2), beyond what is hidden anyway.
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def one_line(text: str, limit: int) -> str:
    """Return a text on one line of at most `limit` characters, with its hidden ones named.

    Of a long text the beginning is returned, with an ellipsis that counts.
    """
    # Naming makes a text longer, never shorter: what comes long after the limit is not needed.
    words = " ".join(text[: 4 * limit + 1].split())
    named = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", HIDDEN.sub(_name, words))
    return named if len(named) <= limit else named[: limit - 1].rstrip() + "…"


def _name(match: re.Match[str]) -> str:
    return f"⟨U+{ord(match[0]):04X}⟩"

"""Rows of comma-separated values that a spreadsheet may open (RFC 4180). Not for reading them.

Threat. A cell that begins with `=`, `+`, `-` or `@` is a formula to a spreadsheet, which can send
the sheet elsewhere or run a program; so is one that begins that way after a separator of another
country's settings, which cut a cell in two. An apostrophe before it makes it text. What is changed
so is in the export alone: the record stays as it is.
"""

import csv
import re
from collections.abc import Iterable

# Wide forms are formulas, too, where such letters are typed.
# Blanks that begin a cell themselves are not skipped: a text of nothing else would take the square.
_FORMULA = re.compile(
    r"(^|[;,|\t\r\n])([^\S\t\r\n]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])"
)


def line(values: Iterable[object]) -> str:
    """Return the values as one line with its end, none of which is a formula."""
    written: str = csv.writer(_Echo()).writerow([harmless(str(value)) for value in values])
    return written


def harmless(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula."""
    return _FORMULA.sub(r"\1\2'", text)


class _Echo:
    """A file that hands back what is written to it, so that rows can be streamed."""

    def write(self, text: str) -> str:
        return text

"""Lays out JSON for reading without parsing it: every number and text stays as it was recorded.

A parser would turn 1.10 into 1.1 and 1E400 into infinity, and give up on deep nesting. Input is
JSON text that something else has checked already.
"""

import re
from collections.abc import Iterator

# A string, a structural character, white space between them, or a number or word.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[ \t\r\n]+|[^{}\[\],:" \t\r\n]+|"')
_DEPTH_SHOWN = 12  # levels that are indented further; deeper ones keep this indentation


def pretty(text: str) -> str:
    """Return the same JSON with a line per member, indented by two spaces."""
    return "".join(_pieces([token for token in _TOKEN.findall(text) if not token.isspace()]))


def _pieces(pieces: list[str]) -> Iterator[str]:
    depth = 0
    for position, piece in enumerate(pieces):
        before = pieces[position - 1] if position else ""
        after = pieces[position + 1] if position + 1 < len(pieces) else ""
        if piece in "}]":
            depth -= 1
            if before not in ("{", "["):
                yield _line(depth)
        yield piece
        if piece in "{[":
            depth += 1
            if after not in ("}", "]"):
                yield _line(depth)
        elif piece == ",":
            yield _line(depth)
        elif piece == ":":
            yield " "


def _line(depth: int) -> str:
    return "\n" + "  " * max(0, min(depth, _DEPTH_SHOWN))

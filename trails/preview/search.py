"""Finds words in a text of any length, up to a bound of bytes and of time. Pure."""

import re
import time
from dataclasses import dataclass, field

from trails.preview import ansi
from trails.preview.encodings import Encoding
from trails.preview.source import Source, chunks
from trails.preview.windows import count_ends, line_ends

SCANNED = 64 << 20  # bytes
SECONDS = 3.0
MATCHES = 200
CONTEXT = 10  # lines above a match that its link shows
_PIECE = 1 << 20  # bytes that are searched at once; a longer line is searched in parts
EXCERPT = 400  # characters of a matching line


@dataclass(frozen=True, slots=True)
class Match:
    """A line that holds the words: its number, where to begin reading, and an excerpt of it."""

    number: int
    at: int
    text: str


@dataclass(slots=True)
class Found:
    """What was found, how far was looked, and whether there is more."""

    matches: list[Match] = field(default_factory=list)
    scanned: int = 0
    is_whole: bool = True

    @property
    def is_cut(self) -> bool:
        """Tell whether there are as many matches as are shown at most."""
        return len(self.matches) >= MATCHES


def pattern(words: str) -> "re.Pattern[str]":
    """Return the pattern of some words, in small or capital letters."""
    return re.compile(re.escape(words), re.IGNORECASE)


def find(source: Source, encoding: Encoding, words: str) -> Found:
    """Return the first lines that hold the words, as they read without control sequences."""
    wanted = pattern(words)
    found = Found()
    deadline = time.monotonic() + SECONDS
    number, start, held = 1, encoding.begins, b""
    stop = min(source.size, encoding.begins + SCANNED)
    for chunk in chunks(source, encoding.begins, stop, _PIECE):
        data = held + chunk
        end = data.rfind(encoding.newline)
        is_last = start + len(data) >= source.size
        if end >= 0 and not is_last:
            end += len(encoding.newline)
            end -= end % encoding.unit
            data, held = data[:end], data[end:]
        elif not is_last and len(data) < 2 * _PIECE:
            held = data
            continue
        else:
            held = b""
        number = _search(found, data, encoding, wanted, number, start)
        start += len(data)
        found.scanned = start
        if len(found.matches) >= MATCHES or time.monotonic() > deadline:
            break
    del found.matches[MATCHES:]
    found.is_whole = found.scanned >= source.size and len(found.matches) < MATCHES
    return found


def _search(
    found: Found,
    data: bytes,
    encoding: Encoding,
    wanted: "re.Pattern[str]",
    number: int,
    start: int,
) -> int:
    """Add the matches of a piece of whole lines, and return the number of the line after it."""
    if not wanted.search(ansi.plain(encoding.decode(data))):
        return number + count_ends(data, encoding)
    begins = [0, *line_ends(data, encoding)]
    for here, begin in enumerate(begins):
        stop = begins[here + 1] if here + 1 < len(begins) else len(data)
        shown = ansi.plain(encoding.decode(data[begin:stop])).rstrip("\r\n")
        if match := wanted.search(shown):
            cut = max(0, match.start() - EXCERPT // 2)
            excerpt = ("…" if cut else "") + shown[cut : cut + EXCERPT]
            found.matches.append(
                Match(number + here, start + begins[max(0, here - CONTEXT)], excerpt)
            )
            if len(found.matches) >= MATCHES:
                break
    return number + len(begins) - 1

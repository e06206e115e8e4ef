"""Shows where a text holds what was looked for: pieces of it, some of them marked. Pure.

Pieces are plain text; the template escapes each. Finding is done by `trails.search`; this only
explains what it found, so a word that is written unusually may stay unmarked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from trails.search.words import TOKEN_LENGTH, Query, fold

_READ = 64 * 1024  # characters of a text that are looked through
_AROUND = 60  # characters shown before and after a place
_PLACES = 3
_WORD = re.compile(r"[^\W_]+")


class Piece(NamedTuple):
    """A part of a text, and whether it is what was looked for."""

    text: str
    is_marked: bool


@dataclass(frozen=True, slots=True)
class Sought:
    """The folded words to mark. The last of them may be only the beginning of a word."""

    words: frozenset[str]
    beginning: str | None

    @classmethod
    def anywhere(cls, query: Query) -> "Sought":
        """Return the words that are looked for anywhere."""
        beginning = query.words[-1] if query.prefix else None
        return cls(frozenset(query.words), beginning)

    @classmethod
    def among(cls, query: Query, names: Iterable[str]) -> "Sought":
        """Return those, and what was typed behind `by:` or `step:`, which may be a beginning."""
        more = tuple(names)
        last = (query.beginning or "").rpartition(":")[2] or None
        return cls(frozenset((*query.words, *more)), last if query.prefix or last in more else None)

    def has(self, word: str) -> bool:
        """Tell whether a word of a text is looked for."""
        folded = fold(word)[:TOKEN_LENGTH]
        return folded in self.words or bool(self.beginning and folded.startswith(self.beginning))


def pieces(text: str, sought: Sought) -> list[Piece]:
    """Return the text around the first places of what was looked for; nothing if it is not there.

    Where text was left out stands an ellipsis.
    """
    text = text[:_READ]
    places = list(islice(_places(text, sought), _PLACES))
    found: list[Piece] = []
    end = 0
    for begin, until in _windows(text, places):
        if begin > end:
            found.append(Piece(" … ", False))
        for start, stop in places:
            if begin <= start < until:
                found += [Piece(text[begin:start], False), Piece(text[start:stop], True)]
                begin = stop
        found.append(Piece(text[begin:until], False))
        end = until
    if places and end < len(text):
        found.append(Piece(" …", False))
    return [piece for piece in found if piece.text]


def _windows(text: str, places: list[tuple[int, int]]) -> list[list[int]]:
    """Return the parts of a text that are shown around places, cut between words where they can."""
    windows: list[list[int]] = []
    for start, stop in places:
        begin, until = max(0, start - _AROUND), min(len(text), stop + _AROUND)
        if begin > 0:
            begin = text.find(" ", begin, start) + 1 or begin
        if until < len(text):
            space = text.rfind(" ", stop, until)
            until = space if space > 0 else until
        if windows and begin <= windows[-1][1]:
            windows[-1][1] = max(until, windows[-1][1])
        else:
            windows.append([begin, until])
    return windows


def _places(text: str, sought: Sought) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        if sought.has(match[0]):
            yield match.span()

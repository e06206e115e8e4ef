"""What is a word: in what is recorded, and in what people type to find it. Pure: no database.

A word is a run of letters, digits and marks, folded so that case and width do not matter. A few
more tokens begin with a colon, which no word holds, so that nothing that anybody records or types
can pass for them: whose (`:org:`), where (`:in:`), who (`:by:`) and under which step (`:step:`).

Not for languages that write without spaces between words: there a whole run is one word, and is
found by its beginning.
"""

import json
import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice

from trails.errors import Invalid

TOKENS_LIMIT = 300
"""Of one event. What comes after is not found; it is in the record all the same."""
TOKEN_LENGTH = 64
QUERY_LIMIT = 500
"""Characters of a query that are read."""
QUERY_WORDS = 10
PREFIX_LENGTH = 3
"""A shorter word is not taken for the beginning of others: too many begin like it."""
# Characters of user data, and of one text in it, that are read. To normalize a text takes the
# square of its length where it is all combining marks.
DATA_READ = 64 * 1024
_VALUE_READ = 1000

_PLAIN = re.compile(r"[^\W_]+")
# A text, also one that ends with what was read; whether it is a key; or a number. Every branch
# takes what it has matched for good: a text of quotes alone costs no more than any other.
_JSON_VALUE = re.compile(r'"((?:[^"\\]|\\.)*+)(?:"(\s*+:)?|\\?\Z)|(-?\d[\d.eE+-]*+)', re.DOTALL)
_TYPED = re.compile(r"(?:(by|step):)?(\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for: every term must be there, and a beginning if there is one.

    `terms` and `beginning` are tokens as the index holds them.
    """

    terms: tuple[str, ...]
    beginning: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """Return the folded words that are looked for anywhere, the beginning last."""
        every = [*self.terms, *([self.beginning] if self.beginning else [])]
        return tuple(token for token in every if not token.startswith(":"))

    @property
    def prefix(self) -> bool:
        """Tell whether the last of the words is a beginning."""
        return self.beginning is not None and not self.beginning.startswith(":")

    @property
    def people(self) -> tuple[str, ...]:
        """Return what was typed after `by:`, folded."""
        return self._after(":by:")

    @property
    def steps(self) -> tuple[str, ...]:
        """Return what was typed after `step:`, folded."""
        return self._after(":step:")

    def _after(self, mark: str) -> tuple[str, ...]:
        every = [*self.terms, *([self.beginning] if self.beginning else [])]
        return tuple(t.removeprefix(mark) for t in every if t.startswith(mark))


def fold(text: str) -> str:
    """Return a text as words are compared: NFKC, without case."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def tokens(text: str, limit: int = TOKENS_LIMIT) -> list[str]:
    """Return the distinct words of a text in their order, at most `limit` of them."""
    return list(islice(dict.fromkeys(_words(text)), limit))


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text, each cut to its limit."""
    folded = fold(text)
    if folded.isascii():
        for match in _PLAIN.finditer(folded):
            yield match[0][:TOKEN_LENGTH]
        return
    for is_word, run in groupby(folded, key=_counts):
        word = "".join(islice(run, TOKEN_LENGTH)) if is_word else ""
        # A mark alone, such as that of an emoji, is no word.
        if word and not all(unicodedata.category(character)[0] == "M" for character in word):
            yield word


@lru_cache(maxsize=4096)
def _counts(character: str) -> bool:
    """Tell whether a character is part of a word. Marks are: in many scripts they are vowels."""
    return unicodedata.category(character)[0] in "LNM"


def values(data: str) -> Iterator[str]:
    """Yield the texts and numbers of the beginning of a JSON text, not its keys.

    Not by parsing it: it may be nested as deep as it likes and end in the middle.
    """
    for match in _JSON_VALUE.finditer(data[:DATA_READ]):
        text, is_key, number = match.groups()
        if is_key:
            continue
        yield number[:TOKEN_LENGTH] if number else _unescaped(text[:_VALUE_READ])


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:  # cut in the middle of an escape
        value = text.rpartition("\\")[0]
    return str(value)


def mark_of(kind: str, id: uuid.UUID) -> str:
    """Return the token that says whose (`org`) or in which trail (`in`) something is."""
    return f":{kind}:{id.hex}"


def document(
    *, organization: uuid.UUID, trail: uuid.UUID, by: str, step: str = "", texts: Iterable[str]
) -> str:
    """Return the tokens of an event with a space between, those of the first texts first."""
    found = {mark_of("org", organization): None, mark_of("in", trail): None}
    for text, mark in ((by, "by"), (step, "step")):
        for word in tokens(text, limit=20):
            found[f":{mark}:{word}"] = found[word] = None
    for text in texts:
        for word in _words(text):
            found[word] = None
            if len(found) >= TOKENS_LIMIT:
                return " ".join(found)
    return " ".join(found)


def parse(typed: str) -> Query:
    """Return what somebody looks for. `Invalid` when there is no word in it, or too many."""
    typed = typed[:QUERY_LIMIT]
    terms: list[str] = []
    for kind, rest in _TYPED.findall(typed):
        mark = f":{kind.lower()}:" if kind else ""
        terms += [mark + word for word in _words(rest)]
    if not terms:
        raise Invalid(
            "There is no word to look for. Type a word, such as an id or a part of a name, "
            "by: and a person, or step: and a step.",
            field="q",
        )
    if len(set(terms)) > QUERY_WORDS:
        raise Invalid(
            f"The search has {len(set(terms))} words; at most {QUERY_WORDS} are looked for. "
            "Leave out the common ones.",
            field="q",
        )
    last = terms[-1]
    is_open = not typed[-1:].isspace() and len(last.rpartition(":")[2]) >= PREFIX_LENGTH
    exact = [term for term in terms if not (is_open and term == last)]
    return Query(tuple(dict.fromkeys(exact)), last if is_open else None)

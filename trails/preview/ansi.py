"""Reads the codes that programs send to terminals (ECMA-48, and what xterm added). Pure.

Threat. A terminal obeys what it reads: a log can set its title, fill the clipboard, show a link
that leads elsewhere, ask it to type an answer, move the cursor over what was printed before, or
conceal text. Here every sequence becomes a token. Colours are the only ones that reach a page, as
one of few names; text is shown whatever its colours, even where a terminal would conceal it.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

# A string that nobody ended stops at the line's end: what follows is not swallowed.
_SEQUENCE = re.compile(
    r"\x1b\](?P<osc>[^\x07\x1b\x9c\n]*)(?P<end>\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])(?P<string>[^\x1b\x9c\n]*)(?:\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)(?P<params>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])?"
    r"|\x1b(?P<plain>[ -/]*[0-~])?"
)
# The beginning of a sequence whose rest has not been read yet.
UNFINISHED = re.compile(
    r"(?:\x1b(?:\][^\x07\x1b\x9c\n]*\x1b?|[PX^_][^\x1b\x9c\n]*\x1b?|\[[0-?]*[ -/]*|[ -/]*)?"
    r"|\x9b[0-?]*[ -/]*|[\x90\x98\x9e\x9f][^\x1b\x9c\n]*\x1b?)\Z"
)
HELD = 1 << 16  # characters of a sequence that may wait for their rest
_NUMBERS = 32  # parameters of one sequence that are read
SAMPLES = 20
SAMPLE = 200  # characters


class Kind(Enum):
    """What a token does."""

    TEXT = "text"
    COLOUR = "colours"
    TITLE = "titles"
    LINK = "links"
    CLIPBOARD = "clipboard"
    MARK = "marks"  # OSC 133: where prompts, commands and outputs begin
    CURSOR = "cursor"
    ERASE = "erases"
    QUERY = "queries"
    MODE = "modes"
    STRING = "strings"
    OTHER = "others"


class Token(NamedTuple):
    """A text, or a sequence: its kind, its letter, its numbers, its words."""

    kind: Kind
    text: str
    final: str = ""
    numbers: tuple[int, ...] = ()
    private: str = ""


@dataclass(slots=True)
class Tally:
    """How many sequences of each kind were not shown, and what the first of them said."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[str, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return how many were not shown."""
        return self.counts.total()

    def note(self, token: Token) -> None:
        """Count a token that is not shown."""
        if token.kind is Kind.LINK and not token.text:
            return  # the end of a link, which was counted at its beginning
        self.counts[token.kind.value] += 1
        if token.text and len(self.samples) < SAMPLES:
            self.samples.append((token.kind.value, token.text[:SAMPLE]))


def tokens(text: str) -> Iterator[Token]:
    """Yield texts and sequences in their order. Texts may hold controls, but no escape."""
    end = 0
    for match in _SEQUENCE.finditer(text):
        if match.start() > end:
            yield Token(Kind.TEXT, text[end : match.start()])
        end = match.end()
        yield _token(match)
    if end < len(text):
        yield Token(Kind.TEXT, text[end:])


def plain(text: str) -> str:
    """Return a text without its sequences."""
    return _SEQUENCE.sub("", text) if has_sequences(text) else text


def has_sequences(text: str) -> bool:
    """Tell whether a text holds any."""
    return "\x1b" in text or re.search("[\x90\x98\x9b\x9d-\x9f]", text) is not None


def unfinished(text: str) -> int:
    """Return where a sequence begins that the end of the text cuts, else the text's length."""
    tail = max(0, len(text) - HELD)
    # None goes on over these, but for an escape at the very end. From before them every beginning
    # would be followed to there in vain, which takes the square of their number.
    ends = (text.rfind("\n", tail), text.rfind("\x9c", tail), text.rfind("\x1b", tail, -1) - 1)
    match = UNFINISHED.search(text, max(tail, *(end + 1 for end in ends)))
    return match.start() if match else len(text)


def _token(match: "re.Match[str]") -> Token:
    if match["osc"] is not None:
        return _osc(match["osc"])
    if match["string"] is not None:
        return Token(Kind.STRING, match["string"])
    if match["params"] is None:
        plain = match["plain"] or ""
        # Saving and restoring the cursor, a line up, a line down, and asking who the terminal is.
        kind = {"7": Kind.CURSOR, "8": Kind.CURSOR, "M": Kind.CURSOR, "Z": Kind.QUERY}
        return Token(kind.get(plain, Kind.OTHER), "", plain)
    params, final = match["params"], match["final"] or ""
    private = params[0] if params[:1] in ("<", "=", ">", "?") else ""
    numbers = tuple(
        min(int(digits), 9999) if digits.isdigit() and len(digits) < 10 else 0
        for digits in re.split("[;:]", params.lstrip("<=>?"), maxsplit=_NUMBERS)[:_NUMBERS]
    )
    return Token(_csi(private, match["between"], final), "", final, numbers, private)


def _csi(private: str, between: str, final: str) -> Kind:
    if final == "m" and not private and not between:
        return Kind.COLOUR
    if between or not final:
        return Kind.OTHER
    if final in "ABCDEFGHIZ`adefsu@PX" and not private:
        return Kind.CURSOR
    if final in "JKLM":
        return Kind.ERASE
    if final in "cnxt":
        return Kind.QUERY
    return Kind.MODE if final in "hl" else Kind.OTHER


def _osc(body: str) -> Token:
    number, _, words = body.partition(";")
    kinds = {"0": Kind.TITLE, "1": Kind.TITLE, "2": Kind.TITLE, "8": Kind.LINK}
    kinds |= {"52": Kind.CLIPBOARD, "133": Kind.MARK}
    kind = kinds.get(number, Kind.STRING)
    if kind is Kind.LINK:
        words = words.partition(";")[2]  # parameters, then the address
    return Token(kind, words if number in kinds else body, number)

"""Replays what a terminal showed, line by line, so that a session reads as it looked. Pure.

Within a line the cursor moves as it did: carriage returns, backspaces, insertions and erasures
leave what stood there at last. It never leaves its line. A full-screen program becomes one line
that says how much of it there was. A column is one character, wide and combining ones too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from trails.preview import ansi
from trails.preview.ansi import Kind, Tally, Token
from trails.preview.colours import PLAIN, Style, styled

Runs = list[tuple[str, str]]

COLUMNS = 20_000  # a longer line goes on in the next
_SCREENS = {47, 1047, 1049}
_TAB = 8
# Columns that may be moved or cleared, for each character that is read and at once. A terminal has
# some hundred; here four characters could clear twenty thousand, again and again.
_EDITED = 50
_EDITED_AT_ONCE = 1 << 20
_PIECE = re.compile("[^\x00-\x1f\x7f-\x9f]+|(?P<control>[\x00-\x1f\x7f-\x9f])")


@dataclass(slots=True)
class Line:
    """A line as it stood at last: runs of (text, names of its style), and when it began."""

    runs: Runs
    time: float | None = None
    until: float | None = None  # when the line ended: for a command, when it was entered
    # Column at which the shell said that the command begins (OSC 133;B), where it did.
    command_at: int | None = None
    is_output: bool = False  # the shell said that this is the output of a command
    status: str = ""  # how the shell said that the command before ended (OSC 133;D)
    screen: int | None = None  # characters of a full-screen program that this line stands for

    @property
    def text(self) -> str:
        """Return the line without its colours."""
        return "".join(text for text, _ in self.runs)


class Terminal:
    """Takes text in pieces and gives its lines. Holds one line, however long the session is."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.marked = False  # the shell says itself where its commands begin
        self._held = ""
        self._style = PLAIN
        self._screen: int | None = None
        self._is_output = False
        self._budget = _EDITED_AT_ONCE
        self._fresh()

    def _fresh(self) -> None:
        self._chars: list[str] = []
        self._styles: list[Style] = []
        self._column = 0
        self._time: float | None = None
        self._command_at: int | None = None
        self._status = ""

    def feed(self, text: str, time: float | None = None) -> Iterator[Line]:
        """Take the next text, which came `time` seconds after the beginning; yield what is over."""
        text = self._held + text
        end = ansi.unfinished(text)
        text, self._held = text[:end], text[end:]
        self._budget = min(self._budget + _EDITED * len(text), _EDITED_AT_ONCE)
        yield from self._run(text, time)

    def end(self) -> Iterator[Line]:
        """Yield what is left at the end of the session."""
        held, self._held = self._held, ""
        yield from self._run(held, None)
        if self._screen is not None:
            yield self._folded()
        if self._chars or self._command_at is not None:
            yield self._line()

    def _run(self, text: str, time: float | None) -> Iterator[Line]:
        for token in ansi.tokens(text):
            if self._screen is not None:
                if token.kind is Kind.MODE and token.final == "l" and _SCREENS & {*token.numbers}:
                    yield self._folded()
                else:
                    self._screen += len(token.text) + (token.kind is not Kind.TEXT)
                    if token.kind not in (Kind.TEXT, Kind.COLOUR):
                        self.tally.note(token)
            elif token.kind is Kind.TEXT:
                yield from self._write(token.text, time)
            elif token.kind is Kind.COLOUR:
                self._style = styled(self._style, token.numbers)
            elif token.kind is Kind.MODE and token.private == "?" and _SCREENS & {*token.numbers}:
                if token.final == "h":
                    if self._chars:
                        yield self._line()
                    self._screen = 0
            elif token.kind is Kind.MARK:
                self._mark(token)
            elif not self._edit(token):
                self.tally.note(token)

    def _write(self, text: str, time: float | None) -> Iterator[Line]:
        for match in _PIECE.finditer(text):
            piece = match[0]
            if match.lastgroup == "control":
                yield from self._control(piece, time)
                continue
            if self._time is None:
                self._time = time
            while len(piece) > (room := COLUMNS - self._column):
                self._put(piece[:room])
                piece = piece[room:]
                yield self._line(time)
            self._put(piece)

    def _put(self, piece: str) -> None:
        self._pad(self._column)
        stop = self._column + len(piece)
        self._chars[self._column : stop] = piece
        self._styles[self._column : stop] = [self._style] * len(piece)
        self._column = stop

    def _pad(self, column: int) -> None:
        missing = column - len(self._chars)
        if missing > 0:
            self._chars += " " * missing
            self._styles += [PLAIN] * missing

    def _control(self, character: str, time: float | None) -> Iterator[Line]:
        if character == "\n":
            yield self._line(time)
        elif character == "\r":
            self._column = 0
        elif character == "\b":
            self._column = max(0, self._column - 1)
        elif character == "\t":
            self._column = min(COLUMNS - 1, (self._column // _TAB + 1) * _TAB)
            self._pad(self._column)
        elif character in "\x0b\x0c":
            yield self._line()
        else:
            self.tally.note(Token(Kind.OTHER, "", character))

    def _edit(self, token: Token) -> bool:
        """Do what a sequence does within its line; False if it would leave it, or cost too much."""
        number = token.numbers[0] if token.numbers else 0
        count, final = max(1, number), token.final
        if token.private or token.kind not in (Kind.CURSOR, Kind.ERASE):
            return False
        end = len(self._chars)
        if final in "JKXP@" and not self._affords(end):
            return False
        if final in ("C", "a"):
            self._column = min(COLUMNS - 1, self._column + count)
        elif final == "D":
            self._column = max(0, self._column - count)
        elif final in ("G", "`"):
            self._column = min(COLUMNS - 1, count - 1)
        elif final == "K" or (final == "J" and number == 0):
            self._erase(*((self._column, end), (0, self._column + 1), (0, end))[min(number, 2)])
        elif final == "X":
            self._erase(self._column, self._column + count)
        elif final == "P":
            del self._chars[self._column : self._column + count]
            del self._styles[self._column : self._column + count]
        elif final == "@" and self._column < end:
            count = min(count, COLUMNS - end)
            self._chars[self._column : self._column] = " " * count
            self._styles[self._column : self._column] = [PLAIN] * count
        else:
            return False
        return True

    def _affords(self, columns: int) -> bool:
        if columns > self._budget:
            return False
        self._budget -= columns
        return True

    def _erase(self, start: int, stop: int) -> None:
        if stop >= len(self._chars):
            del self._chars[start:], self._styles[start:]
            return
        self._chars[start:stop] = " " * (stop - start)
        self._styles[start:stop] = [PLAIN] * (stop - start)

    def _mark(self, token: Token) -> None:
        letter, _, words = token.text.partition(";")
        self.marked = True
        if letter == "A":
            self._is_output = False
        elif letter == "B":
            self._command_at = self._column
        elif letter == "C":
            self._is_output = True
        elif letter == "D":
            self._status = words[:20] or self._status
            self._is_output = False

    def _line(self, time: float | None = None) -> Line:
        line = Line(
            _runs(self._chars, self._styles),
            self._time,
            time,
            self._command_at,
            self._is_output and self._command_at is None,
            self._status,
        )
        self._fresh()
        return line

    def _folded(self) -> Line:
        line = Line([], self._time, screen=self._screen)
        self._screen = None
        self._fresh()
        return line


def _runs(chars: list[str], styles: list[Style]) -> Runs:
    runs: Runs = []
    start = 0
    for at in range(1, len(chars) + 1):
        if at == len(chars) or (styles[at] is not styles[start] and styles[at] != styles[start]):
            runs.append(("".join(chars[start:at]), styles[start].names))
            start = at
    if runs and not runs[-1][1]:
        kept = runs[-1][0].rstrip(" ")
        runs[-1:] = [(kept, "")] if kept else []
    return runs

"""A terminal session as its commands, each with what came back. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from trails.preview.ansi import Tally
from trails.preview.prompts import Typed, typed
from trails.preview.terminal import Line, Terminal

LINES = 4000
COMMANDS = 500
COMMAND_SHOWN = 400  # characters in a heading and in the outline

Pieces = Iterable[tuple[str, float | None]]


@dataclass(slots=True)
class Section:
    """A command and its output; the first section has no command if output came before any."""

    number: int
    typed: Typed | None
    time: float | None
    line_number: int
    lines: list[Line] = field(default_factory=list)
    status: str = ""

    @property
    def command(self) -> str:
        """Return the command as a heading shows it."""
        words = self.typed.command if self.typed else ""
        return words if len(words) <= COMMAND_SHOWN else words[:COMMAND_SHOWN] + "…"

    @property
    def failed(self) -> bool:
        """Tell whether the shell said that the command ended with an error."""
        return self.status not in ("", "0")


@dataclass(slots=True)
class Transcript:
    """The sections of a session, and what of it was not shown as text."""

    sections: list[Section]
    tally: Tally
    marked: bool  # the shell marked its commands itself
    is_cut: bool  # there were more lines than are held
    screens: int = 0

    @property
    def commands(self) -> list[Section]:
        """Return the sections that have a command."""
        return [section for section in self.sections if section.typed]


def replayed(pieces: Pieces, terminal: Terminal) -> Iterator[Line]:
    """Yield the lines of a session, one after the other."""
    for text, time in pieces:
        yield from terminal.feed(text, time)
    yield from terminal.end()


def transcript(pieces: Pieces) -> Transcript:
    """Return a session with its lines under their commands, cut to so many lines and commands."""
    terminal = Terminal()
    lines: list[Line] = []
    is_cut = False
    for line in replayed(pieces, terminal):
        if len(lines) == LINES:
            is_cut = True
            break
        lines.append(line)
    weak = not any(typed(line.text) for line in lines)
    sections: list[Section] = []
    commands = 0
    for number, line in enumerate(lines, start=1):
        found = _typed(line, marked=terminal.marked, weak=weak) if commands < COMMANDS else None
        if line.status and sections:
            sections[-1].status = line.status
        if found is None and sections:
            sections[-1].lines.append(line)
        elif found is None:
            sections.append(Section(0, None, line.time, number, [line]))
        else:
            commands += 1
            time = line.time if line.until is None else line.until
            sections.append(Section(commands, found, time, number, [line]))
    screens = sum(1 for line in lines if line.screen is not None)
    return Transcript(sections, terminal.tally, terminal.marked, is_cut, screens)


def clean(pieces: Pieces) -> Iterator[str]:
    """Yield the lines of a session as plain text without any control character."""
    for line in replayed(pieces, Terminal()):
        if line.screen is not None:
            yield f"[full-screen program, {line.screen} characters, not shown as text]\n"
        else:
            yield f"{line.text}\n"


def _typed(line: Line, *, marked: bool, weak: bool) -> Typed | None:
    text = line.text
    if not marked:
        return typed(text, weak=weak)
    if line.command_at is None:
        # A console inside of a command marks nothing.
        found = typed(text)
        return found if found and found.is_inner else None
    command = text[line.command_at :].strip()
    return Typed(text[: line.command_at].strip(), command) if command else None

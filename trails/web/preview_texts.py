"""Prepares texts and terminal sessions for the page: a part of them, and what was looked for."""

import datetime
from typing import Any

from trails.preview import ansi, search, sessions, transcript, windows
from trails.preview.ansi import Kind as Code
from trails.preview.ansi import Tally
from trails.preview.colours import PLAIN, styled
from trails.preview.encodings import Encoding
from trails.preview.terminal import Runs
from trails.preview.transcript import Section
from trails.web.preview_asked import Asked, Looked
from trails.web.preview_marks import Marks, sample
from trails.web.preview_words import CODES, SAMPLES

_SESSION = 1 << 19  # bytes of a session that are replayed for one page
_HITS = 100  # matches in a session that are linked


def text(looked: Looked, wish: Asked) -> dict[str, Any]:
    """Return a window of a text, or the lines of the whole that hold the words."""
    encoding, source = _encoding(looked), looked.source
    said: dict[str, Any] = {"encoding": encoding}
    if wish.words and wish.at is None:
        found = search.find(source, encoding, wish.words)
        marks = Marks(search.pattern(wish.words))
        said |= {
            "found": found,
            "matches": [
                {
                    "number": match.number,
                    "link": f"{wish.link(view='text', at=match.at)}#L{match.number}",
                    "html": marks.lines([[(match.text, "")]], match.number, prefix="M"),
                }
                for match in found.matches
            ],
        }
        return said
    part = windows.window(source, encoding, wish.at or encoding.begins)
    marks = Marks(search.pattern(wish.words) if wish.words else None)
    tally = Tally()
    lines = _coloured(part.lines, tally)
    return said | {
        "lines": marks.lines(lines, part.first or 1, prefix="L" if part.first else "W"),
        "first": part.first,
        "hits": len(marks.hits),
        "unreadable": part.unreadable,
        **part_of(looked, wish, part.start, part.stop, encoding),
        **_codes(tally),
    }


def session(looked: Looked, wish: Asked) -> dict[str, Any]:
    """Return a part of a session as its commands, with their output."""
    encoding, source = _encoding(looked), looked.source
    cast = sessions.cast_of(source, looked.what.kind)
    start = wish.at or encoding.begins
    part = windows.window(source, encoding, start, size=_SESSION, lines=transcript.LINES)
    stop = source.size if cast and cast.version == 1 else part.stop
    played = transcript.transcript(sessions.pieces(source, encoding, cast, part.start, stop))
    marks = Marks(search.pattern(wish.words) if wish.words else None)
    began = None
    if cast and cast.began is not None and cast.version != 3:
        began = datetime.datetime.fromtimestamp(cast.began, datetime.UTC)
    sections = [_section(section, marks, began) for section in played.sections]
    return {
        "encoding": encoding,
        "cast": cast,
        "began": began or (cast and cast.began and _moment(cast.began)),
        "played": played,
        "sections": sections,
        "commands": [section for section in sections if section["number"]],
        "hits": len(marks.hits),
        "hit_lines": marks.hits[:_HITS],
        **part_of(looked, wish, part.start, stop, encoding),
        **_codes(played.tally),
    }


def part_of(
    looked: Looked, wish: Asked, start: int, stop: int, encoding: Encoding | None = None
) -> dict[str, Any]:
    """Return which bytes are shown, and links to the parts before and after them."""
    begins = encoding.begins if encoding else 0
    size = looked.source.size
    before = None
    if start > begins:
        before = windows.before(looked.source, encoding, start) if encoding else 0
    return {
        "start": f"{start:,}",
        "stop": f"{stop:,}",
        "size": f"{size:,}",
        "is_part": start > begins or stop < size,
        "first_link": wish.link(at=None) if start > begins else None,
        "previous_link": wish.link(at=before) if before is not None else None,
        "next_link": wish.link(at=stop) if stop < size else None,
    }


def _encoding(looked: Looked) -> Encoding:
    if looked.what.encoding is None:
        raise ValueError("There is a view of text alone where there is text.")
    return looked.what.encoding


def _moment(seconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def _coloured(lines: list[str], tally: Tally) -> list[Runs]:
    """Return lines with their colours, and count the other sequences. A style goes on."""
    style = PLAIN
    found: list[Runs] = []
    for line in lines:
        if not ansi.has_sequences(line):
            found.append([(line, style.names)] if line else [])
            continue
        runs: Runs = []
        for token in ansi.tokens(line):
            if token.kind is Code.TEXT:
                runs.append((token.text, style.names))
            elif token.kind is Code.COLOUR:
                style = styled(style, token.numbers)
            else:
                tally.note(token)
        found.append(runs)
    return found


def _codes(tally: Tally) -> dict[str, Any]:
    return {
        "codes_total": tally.total,
        "codes": [CODES[kind] % number for kind, number in tally.counts.most_common()],
        "codes_said": [
            {"label": SAMPLES[kind], "html": sample(kind, text)}
            for kind, text in tally.samples
            if kind in SAMPLES
        ],
    }


def _section(section: Section, marks: Marks, began: datetime.datetime | None) -> dict[str, Any]:
    lines = list(section.lines)
    number = section.line_number
    heading = ""
    if section.typed:
        prompt_line = lines.pop(0)
        heading = marks.runs([(section.typed.prompt + " ", "prompt"), (section.command, "")])
        marks_line = prompt_line.text
        if marks.wants(marks_line):
            marks.hits.append(number)
        number += 1
    html = []
    for line in lines:
        if line.screen is None:
            html.append(marks.line(number, line.runs))
        else:
            html.append(marks.screen(number, line.screen))
        number += 1
    return {
        "number": section.number,
        "line": section.line_number,
        "heading": marks.safe(heading),
        "command": section.command,
        "is_inner": bool(section.typed and section.typed.is_inner),
        "offset": _offset(section.time),
        "at": began + datetime.timedelta(seconds=section.time)
        if began and section.time is not None
        else None,
        "failed": section.failed,
        "status": section.status,
        "lines": marks.safe("".join(html)),
        "count": len(lines),
    }


def _offset(seconds: float | None) -> str:
    """Return seconds since the beginning as `1:02:03`."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

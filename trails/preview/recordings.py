"""Recordings of terminals as pieces of output with their times: asciicast and script(1). Pure.

The formats are asciicast v1, v2 and v3 of asciinema, and the typescript of util-linux and BSD.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

EVENT = 1 << 20  # characters of one event; a longer one is left out
_SCRIPT = re.compile(rb"Script started(?:,| on |$)")


@dataclass(slots=True)
class Cast:
    """The head of an asciicast: version, width and height, when it began, its title."""

    version: int
    width: int | None = None
    height: int | None = None
    began: int | None = None  # seconds since 1970
    title: str = ""
    unread: int = 0  # events that are malformed
    inputs: int = 0  # events of what was typed, which the output repeats


def is_typescript(head: bytes) -> bool:
    """Tell whether a file begins as script(1) begins one."""
    return _SCRIPT.match(head) is not None


def cast(head: bytes) -> Cast | None:
    """Return the head of an asciicast that begins with these bytes; None if it is none."""
    line = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    if not line.startswith(b"{") or b'"version"' not in head[:EVENT]:
        return None
    said = _parsed(line.decode(errors="replace"))
    if isinstance(said, dict) and said.get("version") in (2, 3):
        return _cast(said)
    # Version 1 is one object over the whole file, in which the version comes first by custom.
    is_first = re.match(rb'\s*\{\s*"version"\s*:\s*1\s*,', head)
    return Cast(1) if is_first and b'"stdout"' in head else None


def _cast(said: dict[str, Any]) -> Cast:
    shape = said.get("term") if said["version"] == 3 else said
    shape = shape if isinstance(shape, dict) else {}
    width = shape.get("cols" if said["version"] == 3 else "width")
    height = shape.get("rows" if said["version"] == 3 else "height")
    began, title = said.get("timestamp"), said.get("title")
    return Cast(
        said["version"],
        width if isinstance(width, int) else None,
        height if isinstance(height, int) else None,
        int(began) if isinstance(began, int | float) and 0 < began < 1 << 35 else None,
        title[:200] if isinstance(title, str) else "",
    )


def events(cast: Cast, lines: Iterable[str]) -> Iterator[tuple[str, float | None]]:
    """Yield the output of an asciicast of version 2 or 3, with seconds since its beginning.

    `lines` begin at the head of the file. Counts in `cast` what is no output.
    """
    clock = 0.0
    for number, line in enumerate(lines):
        line = line.strip()
        if number == 0 or not line or (cast.version == 3 and line.startswith("#")):
            continue
        event = _parsed(line)
        match event:
            case [int() | float() as time, str() as code, str() as data, *_]:
                clock = clock + _seconds(time) if cast.version == 3 else _seconds(time)
                if code == "o":
                    yield data, _sane(clock)
                elif code == "m":
                    yield "", _sane(clock)
                else:
                    cast.inputs += code == "i"
            case _:
                cast.unread += 1


def frames(text: str) -> Iterator[tuple[str, float | None]]:
    """Yield the output of an asciicast of version 1, which is one JSON object."""
    said = _parsed(text)
    clock = 0.0
    for frame in said.get("stdout", []) if isinstance(said, dict) else []:
        match frame:
            case [int() | float() as delay, str() as data]:
                clock += _seconds(delay)
                yield data, _sane(clock)
            case _:
                continue


def _seconds(time: float) -> float:
    """Return a time as a fraction; one that has more digits than those hold as infinite."""
    try:
        return float(time)
    except OverflowError:
        return math.inf


def _sane(clock: float) -> float | None:
    return clock if 0 <= clock < 1e9 else None


def _parsed(text: str) -> Any:
    """Return the value of a line of JSON; None when it is none, or too long, or too deep."""
    if len(text) > EVENT:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

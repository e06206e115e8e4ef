"""Pages of a PDF as pictures, drawn by a process of its own (`pdf_worker`).

Threat. A PDF may hold scripts, forms, links and files, and a browser that opens it on our origin
runs its reader on what a stranger wrote. The browser never gets the PDF to show: it gets pictures.
"""

import json
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from trails.preview.source import Source, chunks

BYTES = 32 << 20
ANSWER = 32 << 20  # bytes of a picture and what is told with it
PATIENCE = 15.0  # seconds for one page
_AT_ONCE = 2
_WAIT = 10.0  # seconds for a turn
_WAITING = 4  # each holds a thread of the server: were there more, slow documents would take all
_WORKER = Path(__file__).with_name("pdf_worker.py")
_turns = threading.BoundedSemaphore(_AT_ONCE)
_places = threading.BoundedSemaphore(_AT_ONCE + _WAITING)


class NotDrawn(Exception):
    """The page could not be drawn. Says why."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came back: how many pages there are, and the text or the picture (PNG) of one."""

    pages: int
    text: str
    picture: bytes
    width: int = 0  # of the picture, in pixels
    height: int = 0


def text(source: Source, number: int) -> Drawn:
    """Return the number of pages and the text of one. `NotDrawn` if the document cannot be read."""
    return _ask(source, number, "text")


def picture(source: Source, number: int) -> Drawn:
    """Return a page as PNG. `NotDrawn` if it cannot be drawn or is not there."""
    drawn = _ask(source, number, "picture")
    if not drawn.picture.startswith(b"\x89PNG"):
        raise NotDrawn("there is no such page")
    return drawn


def _ask(source: Source, number: int, what: str) -> Drawn:
    if source.size > BYTES:
        raise NotDrawn(f"it has more than the {BYTES >> 20} MB that are drawn here")
    code, answer = _in_turn(source, [str(number), what])
    head, _, rest = answer.partition(b"\n")
    if code != 0 or len(answer) > ANSWER:
        # What the worker says of it may hold anything; an operator finds it by its exit code.
        raise NotDrawn(f"the document is damaged, or asks for too much (exit {code})")
    try:
        said = json.loads(head)
        sides = int(said["width"]), int(said["height"])
        return Drawn(int(said["pages"]), str(said["text"]), rest, *sides)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # A worker that was taken over answers what it likes.
        raise NotDrawn("what was drawn makes no sense") from error


def _in_turn(source: Source, words: list[str]) -> tuple[int, bytes]:
    """Do what `_run` does when it is this document's turn. `NotDrawn` if that would take long."""
    busy = NotDrawn("other documents are being drawn; try again in a moment")
    if not _places.acquire(blocking=False):
        raise busy
    try:
        if not _turns.acquire(timeout=_WAIT):
            raise busy
        try:
            return _run(source, words)
        finally:
            _turns.release()
    finally:
        _places.release()


def _run(source: Source, words: list[str]) -> tuple[int, bytes]:
    """Return the exit code of a worker and its answer, of which no more is read than is allowed."""
    with tempfile.TemporaryFile() as document:
        for chunk in chunks(source, 0, source.size):
            document.write(chunk)
        document.seek(0)
        with subprocess.Popen(  # noqa: S603  a fixed program; the stranger's bytes are its input
            [sys.executable, "-I", str(_WORKER), *words],
            stdin=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        ) as worker:
            assert worker.stdout is not None  # noqa: S101  it was asked for
            ended = threading.Timer(PATIENCE, worker.kill)
            ended.start()
            try:
                answer = worker.stdout.read(ANSWER + 1)
                if len(answer) > ANSWER:
                    worker.kill()
                return worker.wait(), answer
            finally:
                ended.cancel()
                worker.kill()

"""A line on the terminal that says how far a command is, in the command's own words."""

import sys
import time

from evidence.findings import printable

_EVERY = 0.5  # seconds
_WIDTH = 100


class Line:
    """One line on standard error, written anew; nothing where nobody is watching."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._shown = time.monotonic()
        self._dirty = False

    def show(self, line: str) -> None:
        """Write the line anew, twice a second at most."""
        now = time.monotonic()
        if not self._watched or now - self._shown < _EVERY:
            return
        self._shown, self._dirty = now, True
        sys.stderr.write(f"\r\x1b[K{printable(line[:_WIDTH])}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._dirty:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._dirty = False

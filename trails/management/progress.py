"""A line on the terminal that says how far a long command is; nothing where nobody is watching."""

import sys
import time

from evidence.findings import printable

_SECONDS = 0.5


class Progress:
    """Writes the line anew now and then, and takes it away for what stays."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._began = self._shown = time.monotonic()
        self._is_there = False

    @property
    def seconds(self) -> float:
        """Return how long it has taken so far."""
        return time.monotonic() - self._began

    def show(self, blobs: int, size: int, words: str = "") -> None:
        """Say how many blobs and bytes are done, and how fast, twice a second at most."""
        now = time.monotonic()
        if not self._watched or now - self._shown < _SECONDS:
            return
        self._shown = now
        rate = size / 1e6 / max(self.seconds, 0.001)
        line = f"{blobs:,} blobs, {size / 1e6:,.0f} MB ({rate:,.1f} MB/s) {words}"
        sys.stderr.write(f"\r\x1b[K{printable(line)}")
        sys.stderr.flush()
        self._is_there = True

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._is_there:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._is_there = False

"""Holds reading to so many bytes a second, and hears in between when it should stop.

Whoever serves pages from the same disk or line should not notice that the vault is looked after.
"""

import threading
import time
from collections.abc import Callable

_LONGEST_NAP = 0.25  # seconds after which it is asked again whether to stop


class Stopped(Exception):
    """Somebody asked for the end while bytes were read. What was begun is given back."""


class Pace:
    """Is told of pieces that were read, by any number of threads, and lets them wait.

    Time in which nothing was read is not made up for, but for a second of it.
    """

    def __init__(
        self,
        rate: int | None = None,
        *,
        is_over: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._is_over = is_over
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    def __call__(self, size: int) -> None:
        """Return when so many bytes more may have been read; `Stopped` if it should end."""
        if self._is_over():
            raise Stopped
        if self._rate is None:
            return
        with self._lock:
            self._free_at = max(self._free_at, self._clock() - 1.0) + size / self._rate
            free_at = self._free_at
        while (left := free_at - self._clock()) > 0:
            self._sleep(min(left, _LONGEST_NAP))
            if self._is_over():
                raise Stopped

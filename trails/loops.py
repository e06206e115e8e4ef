"""How a worker goes round: until it is asked to end, and less often where something fails.

Any number of workers may run side by side; what they do is safe to be done twice.
"""

import signal
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from types import FrameType

LONGEST = 15 * 60.0
"""Seconds after which at the latest something that failed is tried again."""


class Rounds:
    """Turns of a loop, `every` so many seconds. SIGTERM or SIGINT ends it after the running one."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._end = threading.Event()

    def __iter__(self) -> Iterator[None]:
        before = {s: signal.signal(s, self._ask_to_end) for s in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._end.is_set():
                yield
                self._end.wait(self._every)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @property
    def are_over(self) -> bool:
        """Tell whether somebody asked for the end: then a long turn should stop where it can."""
        return self._end.is_set()

    def _ask_to_end(self, number: int, frame: FrameType | None) -> None:
        self._end.set()


class Backoff:
    """Remembers what failed and is left alone for a while: twice as long with each failure."""

    def __init__(self, first: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._first = max(first, 0.1)
        self._clock = clock
        self._failures: dict[Hashable, tuple[int, float]] = {}

    def may_try(self, key: Hashable) -> bool:
        """Tell whether its time has come."""
        return self._clock() >= self._failures.get(key, (0, float("-inf")))[1]

    def failed(self, key: Hashable) -> float:
        """Note a failure; return for how many seconds it is left alone now."""
        count = self._failures.get(key, (0, 0.0))[0] + 1
        delay = min(self._first * 2.0 ** min(count - 1, 30), LONGEST)
        self._failures[key] = (count, self._clock() + delay)
        return delay

    def succeeded(self, key: Hashable) -> None:
        """Forget that it ever failed."""
        self._failures.pop(key, None)

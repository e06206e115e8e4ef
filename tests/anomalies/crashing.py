"""How a process dies by SIGKILL, with all of its group, when it comes to a chosen step.

Two environment variables say when: `CRASH_AT` the step, `CRASH_ON` at which of its calls. Without
`CRASH_AT` nothing happens. The programs that are made to crash wrap what they call with this.
"""

import os
import signal
import threading
from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any

from tests.anomalies.steps import STEPS

at = os.environ.get("CRASH_AT", "")
if at and at not in STEPS:
    raise ValueError(f"CRASH_AT is {at!r}. Write one of: {', '.join(STEPS)}.")
_left = int(os.environ.get("CRASH_ON", "1"))
_lock = threading.Lock()


class Counting(threading.local):
    """Whether this thread's steps count. A program may set `on` for the class, or for a thread."""

    on = True


counting = Counting()


def reach(step: str) -> None:
    """Come to a step; for the chosen one, and at the chosen count, never come back."""
    global _left
    if step != at or not counting.on:
        return
    with _lock:
        _left -= 1
        if _left == 0:
            os.killpg(os.getpgrp(), signal.SIGKILL)
            threading.Event().wait()  # the signal is on its way


def around(function: Callable[..., Any], before: str = "", after: str = "") -> Callable[..., Any]:
    """Wrap a function between two steps."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        reach(before)
        result = function(*args, **kwargs)
        reach(after)
        return result

    return wrapper


def inserting(function: Callable[..., Any], **after: type[Any]) -> Callable[..., Any]:
    """Wrap `insert`: a step comes after rows of its model. Underscores stand for spaces."""

    @wraps(function)
    def wrapper(rows: Any, *args: Any, **kwargs: Any) -> Any:
        result = function(rows, *args, **kwargs)
        for step, model in after.items():
            if rows and isinstance(rows[0], model):
                reach(step.replace("_", " "))
        return result

    return wrapper


def with_steps(module: Any, name: str, **functions: Callable[..., Any]) -> None:
    """Give a module its own view of another one, with some functions wrapped."""
    original = getattr(module, name)
    setattr(module, name, SimpleNamespace(**(vars(original) | functions)))

"""A server that dies by SIGKILL, master and workers at once, at a chosen step of DESIGN §4.

Two environment variables say when: `CRASH_AT` the step, `CRASH_ON` at which of its calls. Steps are
counted in attest requests only. Without `CRASH_AT` it is the ordinary server.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterable
from functools import wraps
from types import SimpleNamespace
from typing import Any

import django

from tests.anomalies.steps import STEPS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from evidence.ledger import log  # noqa: E402
from evidence.vault import local, staging, store  # noqa: E402
from trails.actions import attestations  # noqa: E402
from trails.models import Attestation  # noqa: E402

_crash_at = os.environ.get("CRASH_AT", "")
_left = int(os.environ.get("CRASH_ON", "1"))
_lock = threading.Lock()
_request = threading.local()


def reach(step: str) -> None:
    """Come to a step; for the chosen one, and at the chosen count, never come back."""
    global _left
    if step != _crash_at or not getattr(_request, "attests", False):
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


def with_steps(module: Any, name: str, **functions: Callable[..., Any]) -> None:
    """Give a module its own view of another one, with some functions wrapped."""
    original = getattr(module, name)
    setattr(module, name, SimpleNamespace(**(vars(original) | functions)))


if _crash_at:
    if _crash_at not in STEPS:
        raise ValueError(f"CRASH_AT is {_crash_at!r}. Write one of: {', '.join(STEPS)}.")
    synced = around(os.fsync, before="staged bytes written", after="staged bytes synced")
    with_steps(staging, "os", fsync=synced)
    with_steps(local, "os", link=around(os.link, after="linked to the address"))
    store.promote = around(store.promote, before="about to promote", after="promoted")
    store.name = around(store.name, after="blobs named")
    log.append = around(log.append, after="record appended")
    Attestation.save = around(Attestation.save, after="attestation saved")  # type: ignore[method-assign]
    attestations._write = around(attestations._write, after="about to commit")
    # Before any view has taken hold of it: the addresses are loaded below.
    attestations.attest = around(attestations.attest, after="committed")

from config.wsgi import application as ordinary  # noqa: E402


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request, and know meanwhile whether it attests."""
    path = environ["PATH_INFO"]
    _request.attests = environ["REQUEST_METHOD"] == "POST" and path.endswith("/attestations")
    try:
        answer: Iterable[bytes] = ordinary(environ, start_response)
        reach("about to answer")
        return answer
    finally:
        _request.attests = False

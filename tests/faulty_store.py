"""An S3 store with faults that are switched on and off: a proxy before a real one.

    with faulty(s3) as store:       store.endpoint
        with store.failing("slow down"): ...

Not for stores that lie about locks: those are in `lying_store`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.plugins.s3 import S3
from tests.store_proxy import Forward, Reply, Request, StoreProxy

Fault = Callable[[Request, Forward], Reply]

SLOW_SECONDS = 2.5
"""More than `tests.anomalies.hasty_wsgi` waits for an answer."""


def saying(status: int, code: str) -> Fault:
    """Return a fault that answers everything with one error."""

    def fault(request: Request, forward: Forward) -> Reply:
        said = f"<Error><Code>{code}</Code><Message>by the test</Message></Error>"
        return Reply(status, b"" if request.method == "HEAD" else said.encode())

    return fault


def slow(request: Request, forward: Forward) -> Reply:
    """Do what is asked, and answer when nobody waits any more."""
    time.sleep(SLOW_SECONDS)
    return forward(request)


def garbled(request: Request, forward: Forward) -> Reply:
    """Change every body on its way to the store."""
    return forward(replace(request, body=request.body[::-1]))


def cut_short(request: Request, forward: Forward) -> Reply:
    """Break off every body half way to the client."""
    reply = forward(request)
    return replace(reply, cut=len(reply.body) // 2) if request.method == "GET" else reply


def drops(request: Request, forward: Forward) -> Reply:
    """Acknowledge every object and keep none."""
    return Reply(200) if request.method == "PUT" else forward(request)


def denies_what_it_took(request: Request, forward: Forward) -> Reply:
    """Keep an object, and say that the name had one before."""
    reply = forward(request)
    if request.method != "PUT" or reply.status != 200:
        return reply
    return saying(412, "PreconditionFailed")(request, forward)


def as_it_is(request: Request, forward: Forward) -> Reply:
    """Answer as the real store does."""
    return forward(request)


# Of requests that change something and that do not: no such store can work.
AWAY: dict[str, Fault] = {
    "error": saying(500, "InternalError"),
    "slow down": saying(503, "SlowDown"),
    "expired": saying(403, "ExpiredToken"),
    "slow": slow,
    "refused": as_it_is,
}
WRITING: dict[str, Fault] = {"garbled": garbled, "cut upload": as_it_is, "dropped": drops}
READING: dict[str, Fault] = {"cut download": cut_short}
# Said to be wrong, and yet all is well.
HARMLESS: dict[str, Fault] = {"412 for ours": denies_what_it_took}
FAULTS = AWAY | WRITING | READING | HARMLESS


class FaultyStore:
    """What the proxy does at the moment; `met` counts the requests that met a fault."""

    def __init__(self, store: S3) -> None:
        self._fault: Fault = as_it_is
        self._name = ""  # of the fault, if there is one
        self._after = 0  # requests that go well before
        self.met = 0
        self.proxy = StoreProxy(store, self._answer, self._hears)
        self.endpoint = self.proxy.endpoint

    @contextmanager
    def failing(self, name: str, *, after: int = 0) -> Iterator[None]:
        """Have this fault for the length of the block, but for so many requests at its beginning.

        It must have been met by its end.
        """
        self._fault, self._name, self.met, self._after = FAULTS[name], name, 0, after
        if name == "refused":
            self.proxy.refuse()
        try:
            yield
        finally:
            self._fault, self._name = as_it_is, ""
            self.proxy.listen()
        assert self.met or name == "refused", f"Nobody met the fault '{name}'."

    def _answer(self, request: Request, forward: Forward) -> Reply:
        if self._name and self._after > 0:
            self._after -= 1
            return forward(request)
        self.met += bool(self._name)
        return self._fault(request, forward)

    def _hears(self, method: str, length: int) -> int:
        if self._name == "cut upload" and method == "PUT":
            self.met += 1
            return length // 2
        return length


@contextmanager
def faulty(store: S3) -> Iterator[FaultyStore]:
    """Put a proxy before a store until the block ends; it has no fault yet."""
    faults = FaultyStore(store)
    with faults.proxy:
        yield faults

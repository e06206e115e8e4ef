"""An S3 store that lies: a proxy before a real one, which changes requests and invents answers.

    with lying(s3, ForgetsLocks()) as endpoint: ...

A lie sees each request and may forward it, changed or not. Not for faults of the network.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from tests.plugins.s3 import S3
from tests.store_proxy import Answering, Forward, Reply, Request, StoreProxy

__all__ = ["Forward", "Lie", "Reply", "Request", "lying"]

Lie = Answering


def denied() -> Reply:
    """Return a refusal as stores word it."""
    return Reply(403, b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")


class ForgetsLocks:
    """Acknowledges every lock and forgets it, and answers from memory as if it were there.

    Subclasses enforce some of it, and so lie in one point only.
    """

    def __init__(self) -> None:
        self.locks: dict[tuple[str, str], tuple[str, str]] = {}
        self.shortened: dict[tuple[str, str], str] = {}

    def __call__(self, request: Request, forward: Forward) -> Reply:
        about = request.about
        which = (request.path, about.get("versionId", ""))
        if "retention" in about:
            if request.method == "PUT":
                return self.change(which, request)
            mode, until = self.locks[which]
            kept = f"<Retention><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate>"
            return Reply(200, f"{kept}</Retention>".encode())
        if request.method == "DELETE" and which in self.locks:
            return self.delete(which, request, forward)
        mode = request.headers.get("x-amz-object-lock-mode", "")
        reply = forward(request.without("x-amz-object-lock-"))
        if mode and reply.status == 200:
            version = dict(reply.headers)["x-amz-version-id"]
            until = request.headers["x-amz-object-lock-retain-until-date"]
            self.locks[request.path, version] = (mode, until)
        return reply

    def change(self, which: tuple[str, str], request: Request) -> Reply:
        """Answer a change of a lock."""
        return Reply(200)

    def delete(self, which: tuple[str, str], request: Request, forward: Forward) -> Reply:
        """Answer the deletion of a version that it said was locked."""
        return forward(request)


class ForgetsLocksInBatches(ForgetsLocks):
    """Enforces locks, but for deletions by a batch."""

    def change(self, which: tuple[str, str], request: Request) -> Reply:
        return denied()

    def delete(self, which: tuple[str, str], request: Request, forward: Forward) -> Reply:
        return denied()


class ShortensInSecret(ForgetsLocks):
    """Refuses each earlier end of a lock, hides it, and lets go by it."""

    def change(self, which: tuple[str, str], request: Request) -> Reply:
        said = request.body.partition(b"<RetainUntilDate>")[2].partition(b"<")[0].decode()
        if said:
            self.shortened[which] = said
        return denied()

    def delete(self, which: tuple[str, str], request: Request, forward: Forward) -> Reply:
        end = self.shortened.get(which, self.locks[which][1])
        is_over = datetime.datetime.fromisoformat(end) < datetime.datetime.now(datetime.UTC)
        return forward(request) if is_over else denied()

    def __call__(self, request: Request, forward: Forward) -> Reply:
        return denied() if "delete" in request.about else super().__call__(request, forward)


class DeniesDeletion(ForgetsLocks):
    """Has no locks, but for now a policy by which nobody deletes or changes what is there."""

    def __call__(self, request: Request, forward: Forward) -> Reply:
        deletes = request.method == "DELETE" or "delete" in request.about
        return denied() if deletes else super().__call__(request, forward)

    def change(self, which: tuple[str, str], request: Request) -> Reply:
        return denied()


class SwitchesVersions:
    """Agrees to suspend the versions of its bucket; `states` are those that it was told to take."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def __call__(self, request: Request, forward: Forward) -> Reply:
        if "versioning" not in request.about:
            return forward(request)
        if request.method == "PUT":
            self.states.append("Suspended" if b"Suspended" in request.body else "Enabled")
            return Reply(200)
        state = self.states[-1] if self.states else "Enabled"
        kept = f"<VersioningConfiguration><Status>{state}</Status></VersioningConfiguration>"
        return Reply(200, kept.encode())


def only_says_that_it_deletes(request: Request, forward: Forward) -> Reply:
    """Acknowledge every deletion and do nothing."""
    if request.method == "DELETE":
        return Reply(204)
    if "delete" in request.about:
        return Reply(200, b"<DeleteResult></DeleteResult>")
    return forward(request)


def lets_nobody_bypass(request: Request, forward: Forward) -> Reply:
    """Treat everybody as one without the right to bypass GOVERNANCE."""
    return forward(request.without("x-amz-bypass-governance-retention"))


@contextmanager
def lying(store: S3, lie: Lie) -> Iterator[str]:
    """Serve a lie before a store until the block ends; gives the endpoint."""
    with StoreProxy(store, lie) as proxy:
        yield proxy.endpoint

"""Reporters over HTTP who remember what they sent and what was acknowledged."""

import http.client
import json
import os
import threading
import time
import uuid
from dataclasses import dataclass, field

from tests.plugins.server import Server

TRAIL = "/api/v1/organizations/acme/trails/prod-server-access/workflows"
BOUNDARY = "----crash"
SHARED = b"the same policy in every report\n"


MAKE_WORLD = """
from tests.plugins.world import build_world
world = build_world()
for id in {workflows!r}:
    world.begin(id)
print(world.tokens["robot"])
"""


def make_world(server: Server, workflows: list[str]) -> str:
    """Make the named world in a server's database, with workflows; return the robot's token."""
    done = server.manage("shell", "-v0", "-c", MAKE_WORLD.format(workflows=workflows))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Sent:
    """A report that was sent: its workflow, key and files, and its id once it was acknowledged."""

    workflow: str
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    files: dict[str, bytes] = field(
        default_factory=lambda: {"session.log": os.urandom(3000), "policy.txt": SHARED}
    )
    id: str | None = None

    def body(self) -> bytes:
        """Return the report as a form."""
        said = json.dumps({"step": "command-logs", "is_compliant": True, "user_data": {"k": 1}})
        parts = [('name="attestation"', said.encode())]
        parts += [(f'name="evidence"; filename="{n}"', data) for n, data in self.files.items()]
        head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        whole = b"".join(
            head.encode() + name.encode() + b"\r\n\r\n" + data + b"\r\n" for name, data in parts
        )
        return whole + f"--{BOUNDARY}--\r\n".encode()

    def send(self, server: Server, token: str) -> None:
        """Send it, perhaps again; note the id if, and only if, it is acknowledged."""
        status, answer = ask(
            server,
            "POST",
            f"{TRAIL}/{self.workflow}/attestations",
            token,
            self.body(),
            {
                "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
                "Idempotency-Key": self.key,
            },
        )
        assert status in (200, 201), answer
        id = json.loads(answer)["id"]
        assert self.id in (None, id), "The same key gave another attestation."
        self.id = id


def ask(
    server: Server,
    method: str,
    path: str,
    token: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    try:
        bearer = {"Authorization": f"Bearer {token}"}
        connection.request(method, path, body, bearer | (headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


class Load:
    """Threads that report without pause, until the server is gone or `stop` is called."""

    def __init__(self, server: Server, token: str, workflows: list[str], threads: int = 6) -> None:
        self.sent: list[Sent] = []
        self.failures: list[Exception] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._report, args=(server, token, workflows[n % len(workflows)])
            )
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def _report(self, server: Server, token: str, workflow: str) -> None:
        while not self._stop.is_set():
            report = Sent(workflow)
            self.sent.append(report)
            try:
                report.send(server, token)
            except (OSError, http.client.HTTPException):
                return  # the server is gone, and this report was not acknowledged
            except Exception as error:  # anything else is what the test is looking for
                self.failures.append(error)
                return

    def wait(self, seconds: float) -> None:
        """Wait until every thread has lost the server."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.stop()

    def stop(self) -> None:
        """Let the threads finish what they are sending."""
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

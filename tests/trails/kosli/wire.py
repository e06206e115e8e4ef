"""A seeded server and a client that sends the bytes the Kosli CLI sends (contract 0.2, 0.3).

Imported by the tests of the dialect. The server is shared by the tests of one file, so each test
uses names of its own: the fixture `trail`.
"""

import base64
import http.client
import itertools
import json
import socket
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.plugins import engines
from tests.plugins.leftovers import Leftovers
from tests.plugins.server import Server
from tests.plugins.template import Template

# Like the tokens of the CLI's own tests: one looks like a JWT, and all begin alike.
TOKENS = {
    name: f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpZCI6Ii{number}_-cd78.e8i_lA-QrEhFncb05Xw6E"
    for number, name in enumerate(("owner", "writer", "auditor", "outsider"))
}
SEED = {
    "users": [{"name": name, "token": token} for name, token in TOKENS.items()],
    "organizations": [
        {
            "name": "acme",
            "beta_enabled": True,
            "members": {"owner": "admin", "writer": "writer", "auditor": "auditor"},
        },
        {"name": "gated", "beta_enabled": False, "members": {"owner": "admin"}},
    ],
}
BOUNDARY = "5a1f0c6d8e2b4937a6c0d1e2f3948576a8b9c0d1e2f3a4b5c6d7e8f90a1b"


_numbers = itertools.count(1)


def basic(token: str) -> str:
    """The header of era A: the token as user name, and a password that means nothing."""
    return "Basic " + base64.b64encode(f"{token}:unset".encode()).decode()


def bearer(token: str) -> str:
    """The header of later versions."""
    return f"Bearer {token}"


@dataclass(frozen=True)
class Answer:
    """What came back, to the byte."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON, say so, and end in a newline."""
        assert self.headers["Content-Type"] == "application/json"
        assert self.body.endswith(b"\n")
        return json.loads(self.body)


@dataclass(frozen=True)
class Wire:
    """A seeded server, and calls to it as one of the people in the seed."""

    server: Server

    def call(
        self, method: str, path: str, payload: Any = None, *, by: str = "owner", **headers: str
    ) -> Answer:
        """A call as era A makes it: JSON of four spaces, `null` for nothing, on GET too."""
        body = json.dumps(payload, indent=4).encode()
        return self.send(method, path, body, by=by, **headers)

    def send(
        self, method: str, path: str, body: bytes, *, by: str | None = "owner", **headers: str
    ) -> Answer:
        """A call with these very bytes as its body."""
        lines = {
            "Host": f"{self.server.host}:{self.server.port}",
            "User-Agent": "Kosli/v2.6.5",
            "Content-Length": str(len(body)),
            **({"Authorization": basic(TOKENS[by])} if by else {}),
            "Content-Type": "application/json; charset=utf-8",
            "Accept-Encoding": "gzip",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        return self.exchange(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body, method)

    def exchange(self, request: bytes, method: str = "GET", *, hang_up: bool = False) -> Answer:
        """Bytes over a socket, and the one answer to them. `hang_up`: no more bytes will come."""
        with socket.create_connection((self.server.host, self.server.port), timeout=30) as plug:
            plug.sendall(request)
            if hang_up:
                plug.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(plug, method=method)
            response.begin()
            return Answer(response.status, response.headers, response.read())

    def report(
        self, trail: str, said: Any, file: tuple[str, bytes] | None = None, **by: str
    ) -> Answer:
        """A7: evidence for a step, with a file or without."""
        return self.send(
            "POST",
            f"/api/v2/evidence/acme/workflow/{trail}/generic",
            form(json.dumps(said, indent=4), file),
            **{"Content_Type": f"multipart/form-data; boundary={BOUNDARY}", **by},
        )

    def workflow(
        self, trail: str, id: str = "run-1", steps: tuple[str, ...] = ("one", "two")
    ) -> str:
        """Makes an audit trail with a workflow; gives the address of the workflow."""
        payload = {"name": trail, "description": "", "steps": list(steps)}
        assert self.call("PUT", "/api/v2/audit_trails/acme", payload).status == 201
        path = f"/api/v2/workflows/acme/{trail}/{id}"
        assert self.call("POST", path).status == 201
        return path


def form(field: str, file: tuple[str, bytes] | None = None) -> bytes:
    """A multipart body as Go writes it: a field part without a type, then at most one file part."""
    parts = [(b'form-data; name="evidence_json"', b"", field.encode())]
    if file is not None:
        name = file[0].replace("\\", "\\\\").replace('"', '\\"').encode()
        disposition = b'form-data; name="evidence_file"; filename="' + name + b'"'
        parts.append((disposition, b"Content-Type: application/octet-stream\r\n", file[1]))
    mark = BOUNDARY.encode()
    body = b"".join(
        b"--%s\r\nContent-Disposition: %s\r\n%s\r\n%s\r\n" % (mark, disposition, kind, content)
        for disposition, kind, content in parts
    )
    return body + b"--%s--\r\n" % mark


@pytest.fixture
def trail() -> str:
    """A name that no other test uses for its audit trail."""
    return f"trail-{next(_numbers)}"


@pytest.fixture(scope="module")
def wire(
    request: pytest.FixtureRequest,
    server_template: Template,
    server_leftovers: Leftovers,
) -> Generator[Wire]:
    """A real server of this file's own, seeded."""
    name = f"kosli_{engines.worker_name()}_{request.module.__name__.rpartition('.')[2]}"
    folder = engines.worker_folder() / name
    folder.mkdir()
    database_url = server_template.copy(folder / "data", name)
    server = Server(
        folder,
        database_url,
        server_leftovers,
        workers=1,
        threads=8,
        app="config.wsgi:application",
        environment={"LOG_FORMAT": "text"},
    )
    try:
        seed(server, folder / "seed.json")
        server.start()
        yield Wire(server)
    finally:
        server.dispose()
        server_template.drop(name)


def seed(server: Server, file: Path) -> None:
    """Empties the server's database and puts the people of `SEED` there."""
    file.write_text(json.dumps(SEED))
    done = server.manage("seed", str(file), "--i-know-this-deletes-everything")
    assert done.returncode == 0, done.stderr

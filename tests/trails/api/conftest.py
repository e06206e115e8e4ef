"""A client of the API that checks, with every call of every test, what the API promises of all.

The status is one that the operation declares, errors are problems, private answers are stored
nowhere, and nobody gets a cookie.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.plugins.world import World
from trails.api.app import api as description_of

ROOT = "/api/v1"
BOUNDARY = "----trailkeeper-test"


def form(report: Any, files: Iterable[tuple[str, bytes]] = ()) -> bytes:
    """Return a multipart body with a report, as text or as what JSON makes of it, and files."""
    text = report if isinstance(report, str | bytes) else json.dumps(report)
    parts = [b'Content-Disposition: form-data; name="attestation"\r\n\r\n' + as_bytes(text)]
    parts += [
        f'Content-Disposition: form-data; name="evidence"; filename="{name}"\r\n\r\n'.encode()
        + data
        for name, data in files
    ]
    begin = f"--{BOUNDARY}\r\n".encode()
    return b"".join(begin + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@dataclass(frozen=True)
class Answer:
    """What came back, with its body read to the end."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


class Api:
    """Calls the API in this process, as somebody of the named world or as a stranger."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(raise_request_exception=False)
        described = description_of.get_openapi_schema(path_prefix=f"{ROOT}/")
        self.operations = [
            (method.upper(), re.compile(re.sub(r"{[^}]+}", "[^/]+", path)), operation)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
        ]

    def call(
        self,
        method: str,
        path: str,
        who: str | None = None,
        body: bytes = b"",
        content_type: str = "application/json",
        **headers: str,
    ) -> Answer:
        """Call a path below the root, or a whole address; headers are written `If_Range="…"`."""
        path = path.removeprefix("http://testserver")
        path = path if path.startswith("/api/") else ROOT + path
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= self.world.bearer(who) if who else {}
        response: Any = self.client.generic(method, path, body, content_type, headers=sent)
        content = response.getvalue() if response.streaming else response.content
        answer = Answer(response.status_code, dict(response.headers), content)
        self.check(method, path.partition("?")[0], sent, answer)
        assert not response.cookies
        return answer

    def get(self, path: str, who: str | None = None, **headers: str) -> Answer:
        return self.call("GET", path, who, b"", **headers)

    def put(self, path: str, who: str | None = None, body: Any = None, **headers: str) -> Answer:
        sent = (
            b"" if body is None else as_bytes(body if isinstance(body, str) else json.dumps(body))
        )
        return self.call("PUT", path, who, sent, **headers)

    def attest(
        self,
        path: str,
        report: Any,
        files: Iterable[tuple[str, bytes]] = (),
        who: str = "robot",
        **headers: str,
    ) -> Answer:
        """Post a report with files to a workflow's path."""
        content_type = f"multipart/form-data; boundary={BOUNDARY}"
        path = f"{path}/attestations"
        return self.call("POST", path, who, form(report, files), content_type, **headers)

    def check(self, method: str, path: str, sent: Mapping[str, str], answer: Answer) -> None:
        operation = self.operation(method, path)
        if operation is not None:
            assert answer.status in operation["responses"], f"{method} {path}: {answer.status}"
        is_public = answer.status < 400 and "Authorization" not in sent and method != "PUT"
        assert answer.headers["Cache-Control"] == ("no-cache" if is_public else "no-store")
        if answer.status >= 400 and method != "HEAD":
            assert answer.headers["Content-Type"] == "application/problem+json"
            problem = answer.json
            assert {"type", "title", "status", "detail", "request_id"} <= set(problem)
            assert problem["status"] == answer.status
            assert problem["request_id"] == answer.headers["X-Request-ID"]

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        for known, pattern, operation in self.operations:
            if known == method and pattern.fullmatch(path):
                return dict(operation)
        return None


@pytest.fixture
def api(world: World) -> Api:
    """A checking client in the named world."""
    return Api(world)


@pytest.fixture
def run(world: World) -> str:
    """The path of a workflow that has begun in the public trail."""
    world.begin("run-1")
    return "/organizations/acme/trails/prod-server-access/workflows/run-1"


@pytest.fixture
def secret_run(world: World) -> str:
    """The path of a workflow that has begun in the private trail."""
    world.begin("run-2", trail=world.private)
    return "/organizations/acme/trails/case-worker-access/workflows/run-2"


@pytest.fixture(autouse=True)
def _passwords_are_hashed_quickly(settings: Any) -> None:
    """Keys are what counts here; four slow password hashes a test would be most of its time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

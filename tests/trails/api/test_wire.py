"""The API as bytes on the wire, against the real server: lengths, limits, ranges and hang-ups."""

import hashlib
import http.client
import io
import json
import socket
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.trails.api.conftest import BOUNDARY, form

RUN = "/api/v1/organizations/acme/trails/prod-server-access/workflows/run-1"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
REPORT = {"step": "command-logs", "is_compliant": True}
MIB = 1 << 20
SETUP = """
import json
from tests.plugins.world import build_world
world = build_world()
world.begin("run-1")
print("TOKENS " + json.dumps(dict(world.tokens)))
"""


class Wire:
    """Talks HTTP/1.1 to a server that knows the named world."""

    def __init__(self, server: Server) -> None:
        self.server = server
        done = server.manage("shell", "-c", SETUP)
        assert done.returncode == 0, done.stderr
        [line] = [line for line in done.stdout.splitlines() if line.startswith("TOKENS ")]
        self.tokens: dict[str, str] = json.loads(line.removeprefix("TOKENS "))

    def send(
        self, method: str, path: str, who: str | None = "robot", body: Any = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=60)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def attest(self, files: list[tuple[str, bytes]], **headers: str) -> tuple[int, Any]:
        body = form(REPORT, files)
        response, text = self.send(
            "POST", f"{RUN}/attestations", body=body, Content_Type=FORM, **headers
        )
        return response.status, json.loads(text)

    def raw(self, head: str, body: bytes = b"", who: str | None = "robot") -> tuple[int, Any]:
        """Send a request exactly as it is written, and give the answer to it."""
        key = f"Authorization: Bearer {self.tokens[who]}\r\n" if who else ""
        lines = f"{head}Host: {self.server.host}:{self.server.port}\r\n{key}\r\n"
        with socket.create_connection((self.server.host, self.server.port), timeout=60) as wire:
            wire.sendall(lines.encode() + body)
            response = http.client.HTTPResponse(wire)
            response.begin()
            return response.status, json.loads(response.read())


@pytest.fixture
def wire(server: Server) -> Wire:
    """The named world behind a real server."""
    return Wire(server)


def test_from_a_report_to_the_package_and_a_resumed_download(wire: Wire) -> None:
    files = [("a.log", b"$ ls\n"), ("big.bin", bytes(range(256)) * 20_000), ("empty", b"")]
    status, made = wire.attest(files)
    assert status == 201
    response, whole = wire.send("GET", f"{RUN}/package", None)
    assert int(response.headers["Content-Length"]) == len(whole)
    package = zipfile.ZipFile(io.BytesIO(whole))
    assert package.testzip() is None
    for name, data in files:
        assert package.read(f"run-1/data/command-logs/{name}") == data

    half = len(whole) // 2
    etag = response.headers["ETag"]
    part, rest = wire.send("GET", f"{RUN}/package", None, Range=f"bytes={half}-", If_Range=etag)
    assert (part.status, whole[:half] + rest == whole) == (206, True)
    address = made["evidence"][1]["url"].removeprefix(wire.server.url)
    part, rest = wire.send("GET", address, None, Range="bytes=-256")
    assert (part.status, rest) == (206, bytes(range(256)))
    head, nothing = wire.send("HEAD", address, None)
    assert (head.headers["Content-Length"], nothing) == (str(len(files[1][1])), b"")
    _, body = wire.send("GET", made["statement_url"].removeprefix(wire.server.url), None)
    assert hashlib.sha256(body).hexdigest() == made["record"]["sha256"]


def test_a_chunked_body_is_411_and_not_an_empty_one(wire: Wire) -> None:
    for method, path, content_type in (
        ("POST", f"{RUN}/attestations", FORM),
        ("POST", f"{RUN}/attestations", "application/json"),
        ("PUT", f"{RUN}-new", "application/json"),
    ):
        said = json.dumps(REPORT).encode()
        # In one go: the server answers, and hangs up, without waiting for the rest.
        status, problem = wire.raw(
            f"{method} {path} HTTP/1.1\r\nContent-Type: {content_type}\r\n"
            "Transfer-Encoding: chunked\r\n",
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(said), said),
        )
        assert (status, problem["status"]) == (411, 411)
    assert wire.send("GET", f"{RUN}-new")[0].status == 404


def test_no_body_at_all_begins_a_workflow_but_is_no_report(wire: Wire) -> None:
    assert wire.raw(f"PUT {RUN}-new HTTP/1.1\r\n")[0] == 201
    for kind in (FORM, "application/json"):
        for head in (f"POST {RUN}/attestations", f"PUT {RUN}"):
            status, problem = wire.raw(f"{head} HTTP/1.1\r\nContent-Type: {kind}\r\n")
            assert (status, problem["status"]) == (411, 411)


def test_limits_hold_while_streaming_and_leave_nothing_behind(make_server: MakeServer) -> None:
    wire = Wire(make_server(LIMIT_FILE_BYTES="1 MiB", LIMIT_REQUEST_BYTES="3 MiB").start())
    status, problem = wire.attest([("small", b"x"), ("large", b"x" * (MIB + 1))])
    assert (status, problem["limit"]) == (413, MIB)
    # The announced length is enough: not one byte of the body is sent.
    announced = f"Content-Type: {FORM}\r\nContent-Length: {4 * MIB}\r\n"
    status, problem = wire.raw(f"POST {RUN}/attestations HTTP/1.1\r\n{announced}")
    assert (status, problem["limit"]) == (413, 3 * MIB)
    assert staged(wire) == []
    assert wire.attest([("fits", b"x" * MIB)])[0] == 201


def test_a_stranger_is_refused_before_the_body_is_sent(wire: Wire) -> None:
    announced = f"Content-Type: {FORM}\r\nContent-Length: 1000000\r\n"
    head = f"POST {RUN}/attestations HTTP/1.1\r\n{announced}"
    assert wire.raw(head, who=None)[0] == 401
    assert wire.raw(head, who="auditor")[0] == 403
    assert wire.raw(head.replace("run-1", "no-such"))[0] == 404


def test_whoever_hangs_up_half_way_has_recorded_nothing(wire: Wire) -> None:
    body = form(REPORT, [("a.log", b"x" * MIB), ("b.log", b"y" * MIB)])
    key = f"Authorization: Bearer {wire.tokens['robot']}\r\n"
    head = f"POST {RUN}/attestations HTTP/1.1\r\nHost: {wire.server.host}\r\n{key}"
    head += f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    for cut in (MIB // 2, MIB + MIB // 2, len(body) - 5):
        with socket.create_connection((wire.server.host, wire.server.port)) as caller:
            caller.sendall(head.encode() + body[:cut])
            wait_until(lambda: bool(staged(wire)))
        wait_until(lambda: not staged(wire))
    assert wire.server.sql("SELECT count(*) FROM trails_attestation") == [(0,)]
    assert wire.attest([("a.log", b"x")])[1]["number"] == 1


def test_twenty_retries_at_once_over_two_workers_make_one_attestation(
    make_server: MakeServer,
) -> None:
    wire = Wire(make_server(workers=2).start())
    files = [("a.log", b"bytes"), ("b.log", b"more")]
    with ThreadPoolExecutor(20) as pool:
        calls = [pool.submit(wire.attest, files, Idempotency_Key="build-1") for _ in range(20)]
        answers = [call.result() for call in calls]
    assert sorted(status for status, _ in answers) == [200] * 19 + [201]
    assert len({made["id"] for _, made in answers}) == 1
    assert wire.server.sql("SELECT count(*) FROM trails_evidence") == [(2,)]


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def staged(wire: Wire) -> list[str]:
    area = wire.server.vault_root / "staging"
    return [entry.name for entry in area.iterdir()] if area.exists() else []

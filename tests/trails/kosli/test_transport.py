"""Odd requests: each gets an answer that the CLI can read, and a status that it does not retry."""

import http.client
import socket

import pytest

from tests.trails.kosli.wire import BOUNDARY, TOKENS, Wire, basic, form, trail, wire

__all__ = ["trail", "wire"]
TRAILS = "/api/v2/audit_trails/acme"
HEAD = f"Host: 127.0.0.1\r\nAuthorization: {basic(TOKENS['owner'])}\r\n"


@pytest.mark.parametrize("slashes", ["//", "///", "/" * 50])
def test_leading_slashes_do_not_count_and_are_not_redirected(wire: Wire, slashes: str) -> None:
    assert wire.call("GET", f"{slashes}api/v2/audit_trails/acme").status == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/api", "/api/", "/api/v2", "/api/v2/", "/api/v3/x", "/api/v10/x", "//api/v2/flows/a"),
        *("/api/v2/audit_trails", "/api/v2/organizations/acme"),
        *("/api/v2/evidence/acme/workflow/generic", "/api/v2/a%0Ab", "/api/v2/100%25"),
        *("/api/v2/%ff", "/api/v2/audit_trail/acme/"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_route_is_json_404(wire: Wire, method: str, path: str) -> None:
    got = wire.call(method, path)
    assert got.status == 404
    assert got.json["message"].startswith("There is nothing at /") and b"%" not in got.body


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", TRAILS, "GET, HEAD, PUT"),
        ("DELETE", f"{TRAILS}/trail", "GET, HEAD"),
        ("PUT", "/api/v2/workflows/acme/trail/run-1", "GET, HEAD, POST"),
        ("OPTIONS", "/api/v2/evidence/acme/workflow/trail/generic", "POST"),
        ("GET", "/api/v2/organizations/acme/experimental_features", "PUT"),
    ],
)
def test_a_method_that_is_not_possible_is_json_405(
    wire: Wire, method: str, path: str, allowed: str
) -> None:
    got = wire.call(method, path)
    assert (got.status, got.headers["Allow"]) == (405, allowed)
    assert allowed in got.json["message"]


def test_head_is_get_without_its_body(wire: Wire) -> None:
    got, whole = wire.call("HEAD", TRAILS), wire.call("GET", TRAILS)
    assert (got.status, got.body) == (200, b"")
    assert got.headers["Content-Length"] == str(len(whole.body))


@pytest.mark.parametrize(
    "body", [b"{", b"", b"{'name': 1}", b"\xff\xfe", b'{"name": NaN}', b"[" * 100_000, b"{}{}"]
)
def test_malformed_json_is_400(wire: Wire, body: bytes) -> None:
    got = wire.send("PUT", TRAILS, body)
    assert got.status == 400 and len(got.json["message"]) < 300


def test_a_body_that_is_cut_off_is_400(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    cut = f"PUT {TRAILS} HTTP/1.1\r\n{HEAD}Content-Length: 400\r\n\r\n" + '{"name": "cut"'
    got = wire.exchange(cut.encode(), hang_up=True)
    assert got.status == 400 and "ends after 14 of 400 bytes" in got.json["message"]
    body = form('{"external_id": "run-1", "step": "one"}', ("a.txt", b"whole"))
    upload = (
        f"POST /api/v2/evidence/acme/workflow/{trail}/generic HTTP/1.1\r\n{HEAD}Content-Type: "
        f"multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    for missing in (3, 8, len(BOUNDARY) + 10, len(body) - 10):
        got = wire.exchange(upload.encode() + body[:-missing], hang_up=True)
        assert got.status == 400 and "cut off" in got.json["message"], missing
    assert wire.call("GET", path).json["evidence"] == {}


@pytest.mark.parametrize("length", ["", "Transfer-Encoding: chunked\r\n"])
@pytest.mark.parametrize(
    "call",
    [
        "PUT /api/v2/audit_trails/acme",
        "POST /api/v2/workflows/acme/{trail}/run-2",
        "POST /api/v2/evidence/acme/workflow/{trail}/generic",
        "PUT /api/v2/organizations/acme/experimental_features",
    ],
)
def test_a_body_without_its_length_is_411(wire: Wire, trail: str, call: str, length: str) -> None:
    wire.workflow(trail)
    body = "4\r\nnull\r\n0\r\n\r\n" if length else ""
    request = f"{call.format(trail=trail)} HTTP/1.1\r\n{HEAD}{length}\r\n{body}"
    got = wire.exchange(request.encode())
    assert got.status == 411 and "Content-Length" in got.json["message"]


def test_json_beyond_the_limit_is_413_and_says_the_limit(wire: Wire) -> None:
    got = wire.send("PUT", TRAILS, b" " * (11 << 20))
    assert got.status == 413 and str(10 << 20) in got.json["message"]


@pytest.mark.parametrize(
    "key",
    [
        *("", "Basic", "Basic !", "Bearer", "Bearer made-up", "Digest x", "Basic AAAA"),
        *(basic("made-up"), basic(TOKENS["owner"][:-1]), basic(TOKENS["owner"]).swapcase()),
    ],
)
def test_without_a_working_key_everything_is_401(wire: Wire, key: str) -> None:
    for method, path in (("GET", TRAILS), ("PUT", TRAILS), ("GET", "/api/v2/audit_trails/nowhere")):
        got = wire.send(method, path, b"null", by=None, Authorization=key)
        assert got.status == 401 and got.json["message"]
        assert got.headers["WWW-Authenticate"].startswith("Bearer")


def test_one_connection_carries_many_calls_whose_bodies_nobody_reads(wire: Wire) -> None:
    line = http.client.HTTPConnection(wire.server.host, wire.server.port, timeout=10)
    for path in (TRAILS, "/api/v2/audit_trails/rival", f"{TRAILS}/nowhere", TRAILS):
        line.request("GET", path, b"null", {"Authorization": basic(TOKENS["owner"])})
        assert line.getresponse().read().endswith(b"\n")
        plug: socket.socket | None = line.sock
        assert plug is not None, "the server hung up"


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_who_is_not_read_is_told_that_the_connection_ends(wire: Wire, method: str) -> None:
    path = TRAILS if method == "PATCH" else "/api/v2/nowhere"
    line = http.client.HTTPConnection(wire.server.host, wire.server.port, timeout=10)
    line.request(method, path, b"null", {"Authorization": basic(TOKENS["owner"])})
    answer = line.getresponse()
    assert answer.read().endswith(b"\n")
    assert answer.headers["Connection"] == "close"


def test_the_refusal_of_a_large_upload_reaches_its_sender(wire: Wire) -> None:
    body = form('{"external_id": "run-1", "step": "one"}', ("a.bin", bytes(40 << 20)))
    path, kind = "/api/v2/evidence/acme/workflow/nope/generic", "multipart/form-data"
    for by in ("owner", "auditor", "outsider"):
        got = wire.send("POST", path, body, by=by, Content_Type=f"{kind}; boundary={BOUNDARY}")
        assert got.status in {403, 404} and got.json["message"]

"""What others answer is read whole, in time and up to a limit, or not at all."""

import gzip
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from evidence.ledger.submission import NoAnswer, Reply
from tests.answering import accepting, answering, reply
from trails.http import outgoing
from trails.http.outgoing import post

LIMIT = 1000


def ask(url: str, seconds: float = 10) -> Reply:
    return post(f"{url}/add-checkpoint", b"old 0\n", "text/plain", LIMIT, seconds)


def refused(url: str, seconds: float = 10) -> str:
    with pytest.raises(NoAnswer) as caught:
        ask(url, seconds)
    return str(caught.value)


def test_a_body_is_posted_and_the_answer_is_read() -> None:
    heard: list[tuple[str, str, bytes]] = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        heard.append((handler.path, handler.headers["Content-Type"], body))
        reply(handler, 409, b"7\n", "text/x.tlog.size")

    with answering(answer) as url:
        assert ask(url) == Reply(409, "text/x.tlog.size", b"7\n")
    assert heard == [("/add-checkpoint", "text/plain", b"old 0\n")]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    heard: list[str] = []

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        heard.append(handler.path)
        handler.send_response(307)
        handler.send_header("Location", "/elsewhere")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    with answering(answer) as url:
        assert ask(url).status == 307
    assert heard == ["/add-checkpoint"]


@pytest.mark.parametrize("size", [LIMIT + 1, 100_000_000])
def test_an_answer_above_the_limit_is_none(size: int) -> None:
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(0, size, 1001):
            handler.wfile.write(b"x" * 1001)

    with answering(answer) as url:
        assert refused(url) == f"The answer has more than {LIMIT} bytes."


def test_an_answer_at_the_limit_is_read() -> None:
    with answering(lambda handler, body: reply(handler, 200, b"x" * LIMIT)) as url:
        assert len(ask(url).body) == LIMIT


def test_compression_is_not_undone() -> None:
    packed = gzip.compress(bytes(1_000_000))[:LIMIT]

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(packed)))
        handler.end_headers()
        handler.wfile.write(packed)

    with answering(answer) as url:
        assert ask(url).body == packed


def trickle(connection: socket.socket, head: bytes) -> None:
    connection.sendall(head)
    for _ in range(600):
        connection.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Header: ",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
    ],
    ids=["status", "header", "body", "announced body"],
)
def test_bytes_that_trickle_in_are_cut_off_in_time(head: bytes) -> None:
    with accepting(lambda connection: trickle(connection, head)) as url:
        begun = time.monotonic()
        assert refused(url, seconds=0.5) == "No whole answer within 0.5 seconds."
        assert time.monotonic() - begun < 3


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    def silent(connection: socket.socket) -> None:
        threading.Event().wait(5)

    with accepting(silent) as url:
        begun = time.monotonic()
        refused(url, seconds=0.5)
        assert time.monotonic() - begun < 3


@pytest.fixture
def deaf() -> Iterator[int]:
    """The port of a listener with as many waiting as it takes: nobody else gets through."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


Found = list[tuple[int, int, int, str, tuple[str, int]]]


def leads_to(patch: pytest.MonkeyPatch, *ports: int) -> None:
    """Make every name lead to these ports here, in their order."""

    def found(host: str, port: int, *rest: object, **more: object) -> Found:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", at)) for at in ports]

    patch.setattr(socket, "getaddrinfo", found)


def test_a_name_with_many_addresses_where_nobody_answers_is_left_in_time(
    deaf: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads_to(monkeypatch, *[deaf] * 30)
    begun = time.monotonic()
    assert "timed out" in refused("http://witness.example", seconds=0.5)
    assert time.monotonic() - begun < 3


def test_a_dead_address_leaves_time_for_the_next(
    deaf: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(lambda handler, body: reply(handler, 200, body)) as url:
        leads_to(monkeypatch, deaf, int(url.rpartition(":")[2]))
        assert ask("http://witness.example", seconds=1).body == b"old 0\n"


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
    ],
    ids=["nothing", "not HTTP", "no status", "cut off", "bad chunks"],
)
def test_what_is_not_http_is_no_answer(said: bytes) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(said)

    with accepting(talk) as url:
        assert refused(url).startswith("No answer: ")


def test_nobody_there_is_no_answer() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert refused(f"http://127.0.0.1:{unused.getsockname()[1]}").startswith("No answer: ")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself."""
    words = "req -x509 -newkey rsa:2048 -nodes -keyout key -out made -days 2 -subj /CN=here"
    command = ["openssl", *words.split(), "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "made").read_bytes() + (tmp_path / "key").read_bytes())
    return both


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        raise AssertionError("it was spoken to")

    with answering(answer, certificate) as url:
        assert "certificate verify failed" in refused(url)


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The certificate, while it is the only root of the system: OpenSSL reads the environment."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    outgoing._certificates.cache_clear()
    yield certificate
    outgoing._certificates.cache_clear()


def test_a_server_with_a_verified_certificate_is_asked(trusted: Path) -> None:
    with answering(lambda handler, body: reply(handler, 200, body), trusted) as url:
        assert ask(url).body == b"old 0\n"
        assert "hostname" in refused(url.replace("127.0.0.1", "localhost")).lower()


def test_bytes_that_trickle_in_over_tls_are_cut_off_too(trusted: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    with answering(answer, trusted) as url:
        begun = time.monotonic()
        assert refused(url, seconds=0.5) == "No whole answer within 0.5 seconds."
        assert time.monotonic() - begun < 3

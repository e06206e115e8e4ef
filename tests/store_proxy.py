"""A proxy before a real S3 store, which asks a test what becomes of each request.

    with StoreProxy(s3, answer) as proxy: ...          proxy.endpoint

What answers may forward a request, changed or not; signatures cover what it changes, so each
forwarded request is signed anew with the store's own key. The lies are in `lying_store`, the
faults in `faulty_store`.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl

import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.plugins.s3 import S3

# What belongs to one connection or one signature, and is made anew.
_NOT_FORWARDED = {
    *("authorization", "connection", "content-length", "expect", "host", "transfer-encoding"),
    *("x-amz-content-sha256", "x-amz-date", "amz-sdk-invocation-id", "amz-sdk-request"),
}


@dataclass(frozen=True)
class Request:
    """A request of a client; header names are in small letters."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def about(self) -> dict[str, str]:
        """The query as names and values; a name alone has an empty value."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def without(self, beginning: str) -> "Request":
        """The same request without the headers whose names begin so."""
        kept = {n: value for n, value in self.headers.items() if not n.startswith(beginning)}
        return replace(self, headers=kept)


@dataclass(frozen=True)
class Reply:
    """An answer to a client. After `cut` bytes of its body, if that is set, the wire breaks."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None


class Forward(Protocol):
    """Gives a request to the real store."""

    def __call__(self, request: Request) -> Reply: ...


class Answering(Protocol):
    """Answers a request, by asking the real store or not."""

    def __call__(self, request: Request, forward: Forward) -> Reply: ...


def _everything(method: str, length: int) -> int:
    return length


class StoreProxy:
    """Serves from `listen` on, which the `with` statement calls; `refuse` and `listen` take turns.

    `hears` says how much of a body is read; after less than the whole the wire breaks.
    """

    def __init__(
        self, store: S3, answer: Answering, hears: Callable[[str, int], int] = _everything
    ) -> None:
        self._store, self._answer, self._hears = store, answer, hears
        self._pool = urllib3.PoolManager(maxsize=32)
        self._server: ThreadingHTTPServer | None = None
        self._open: set[socket.socket] = set()
        # Bound and not listening: nobody else is given this port while nothing listens.
        self._reservation = socket.socket()
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reservation.bind(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._reservation.getsockname()[1]}"

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(self, *error: object) -> None:
        self.refuse()
        self._reservation.close()

    def listen(self) -> None:
        """Take connections."""
        if self._server is not None:
            return
        server = self._server = _server(self, self._reservation.getsockname())
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def refuse(self) -> None:
        """End all connections, and take none."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def forward(self, request: Request) -> Reply:
        """Return what the real store answers."""
        url = self._store.endpoint + request.path
        url += f"?{request.query}" if request.query else ""
        headers = {n: value for n, value in request.headers.items() if n not in _NOT_FORWARDED}
        signed = AWSRequest(request.method, url, headers, request.body)
        key = Credentials(self._store.access_key, self._store.secret_key)
        S3SigV4Auth(key, "s3", "us-east-1").add_auth(signed)
        answer = self._pool.request(
            request.method, url, headers=dict(signed.headers.items()), body=request.body
        )
        told = [(n.lower(), value) for n, value in answer.headers.items()]
        return Reply(answer.status, answer.data, tuple(told))

    def converse(self, handler: BaseHTTPRequestHandler) -> None:
        """Read one request and send what it is answered."""
        path, _, query = handler.path.partition("?")
        length = int(handler.headers.get("Content-Length") or 0)
        heard = self._hears(handler.command, length)
        body = handler.rfile.read(heard)
        if heard < length:
            handler.close_connection = True
            return
        headers = {name.lower(): value for name, value in handler.headers.items()}
        reply = self._answer(Request(handler.command, path, query, headers, body), self.forward)
        handler.send_response(reply.status)
        for name, value in reply.headers:
            if name not in {"connection", "content-length", "date", "server"}:
                handler.send_header(name, value)
        # An answer to HEAD tells the length of a body that it does not have.
        told = dict(reply.headers).get("content-length") if handler.command == "HEAD" else None
        handler.send_header("Content-Length", told or str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
        handler.close_connection |= reply.cut is not None

    def _keep(self, connection: Any, *, is_open: bool) -> None:
        (self._open.add if is_open else self._open.discard)(connection)


def _server(proxy: StoreProxy, address: Any) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            proxy._keep(self.connection, is_open=True)

        def finish(self) -> None:
            proxy._keep(self.connection, is_open=False)
            super().finish()

        def answer(self) -> None:
            try:
                proxy.converse(self)
            except OSError:  # a client that waits no longer is what some tests are about
                self.close_connection = True

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_port = True
        request_queue_size = 128

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: connections break here by intent."""

    return Server(address, Handler)

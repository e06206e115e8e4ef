"""What this server asks of others over HTTP: one POST, one short answer, within a fixed time.

Threat. Whoever answers may be hostile or broken, or somebody in between may be. So certificates are
verified, redirects are not followed, compression is not undone, an answer is read up to a limit,
and the whole exchange ends in time even where bytes trickle in one by one, or where a name leads to
hundreds of machines that never answer. Only how long the look-up of the name takes is the
resolver's. Addresses come from the operator's settings, never from anybody's input. Proxies of the
environment are not used.
"""

import socket
import ssl
import threading
import time
from contextlib import closing, suppress
from functools import cache
from http.client import HTTPException
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from evidence.ledger.submission import NoAnswer, Reply

SECONDS = 15.0
"""How long an exchange may take from beginning to end."""
AGENT = "trailkeeper"


@cache
def _certificates() -> ssl.SSLContext:
    """Return what verifies servers: the system's roots, names checked."""
    return ssl.create_default_context()


def post(url: str, body: bytes, content_type: str, limit: int, seconds: float = SECONDS) -> Reply:
    """Return the answer to a POST, whatever its status. `NoAnswer` says why there is none to read.

    `limit` is in bytes of the answer's body; a longer one is no answer.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(host, parts.port, timeout=seconds)
    ends = time.monotonic() + seconds
    headers = {
        "Content-Type": content_type,
        "User-Agent": AGENT,
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    with closing(connection):
        try:
            connection.sock = connected = _connected(host, connection.port, ends)
            if parts.scheme == "https":
                connection.sock = _certificates().wrap_socket(connected, server_hostname=host)
            return _exchange(connection, parts.path or "/", body, headers, limit, seconds, ends)
        except (OSError, HTTPError, HTTPException, ValueError) as error:
            raise NoAnswer(f"No answer: {error}") from error


def _connected(host: str, port: int | None, ends: float) -> socket.socket:
    """Return a connection to the first address of a name that answers; OSError if none does.

    They share the time that is left, evenly: one that is dead leaves enough for the next.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    last: OSError | None = None
    for number, (family, kind, protocol, _, address) in enumerate(found):
        left = ends - time.monotonic()
        if left <= 0:
            break
        attempt = socket.socket(family, kind, protocol)
        try:
            attempt.settimeout(left / (len(found) - number))
            attempt.connect(address)
            attempt.settimeout(left)
        except OSError as error:
            attempt.close()
            last = error
        else:
            return attempt
    raise last or TimeoutError(f"{host} was not reached in time")


def _exchange(
    connection: HTTPConnection,
    path: str,
    body: bytes,
    headers: dict[str, str],
    limit: int,
    seconds: float,
    ends: float,
) -> Reply:
    late = threading.Event()
    connected = connection.sock

    def hang_up() -> None:
        late.set()
        with suppress(OSError):  # the other side may have been faster
            # Not the method of a TLS socket: that one takes the ground from under a reader.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(ends - time.monotonic(), hang_up)
    timer.daemon = True
    timer.start()
    try:
        connection.request("POST", path, body, headers, preload_content=False)
        response = connection.getresponse()
        given = b""
        while part := response.read1(limit + 1 - len(given), decode_content=False):
            given += part
            if len(given) > limit:
                raise NoAnswer(f"The answer has more than {limit} bytes.")
    except (OSError, HTTPError, HTTPException) as error:
        if not late.is_set():
            raise
        raise NoAnswer(f"No whole answer within {seconds:g} seconds.") from error
    finally:
        timer.cancel()
    if late.is_set():
        raise NoAnswer(f"No whole answer within {seconds:g} seconds.")
    return Reply(response.status, response.headers.get("Content-Type", ""), given)

"""Single requests, timed: what a client sees, without what a client library would add."""

import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.plugins.server import Server

PATIENCE = 600.0
BLOCK = 1 << 20


def first_byte(server: Server, path: str) -> float:
    """Ask for a path on a new connection; give the seconds until the body's first byte is here.

    The rest is not read: the connection is closed, as by a client who hangs up.
    """
    begun = time.monotonic()
    with socket.create_connection((server.host, server.port), PATIENCE) as connection:
        connection.sendall(_head(server, "GET", path, []))
        data = b""
        while not data.partition(b"\r\n\r\n")[2]:
            data += _some(connection)
        took = time.monotonic() - begun
    _expect(data, b"200", path)
    return took


def download(url: str, into: Path = Path("/dev/null"), *, least: int = 0) -> float:
    """Fetch an address with curl, whole, into nothing or a file; give the seconds.

    Fails when fewer than `least` bytes came: speed is worth nothing if something is left out.
    """
    command = ["curl", "--silent", "--show-error", "--fail", "--output", str(into)]
    command += ["--write-out", "%{size_download}", url]
    begun = time.monotonic()
    done = subprocess.run(command, check=True, timeout=PATIENCE, stdout=subprocess.PIPE)
    took = time.monotonic() - begun
    if int(done.stdout) < least:
        raise RuntimeError(f"{url} gave {int(done.stdout)} bytes; its files have {least}.")
    return took


def free_port() -> int:
    """Give a port of loopback that nobody listens on at the moment."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
        return port


def await_port(port: int) -> None:
    """Return when somebody listens on a port of loopback."""
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def upload(server: Server, path: str, token: str, size: int, chunks: Iterable[memoryview]) -> float:
    """Post one report with one file of `size` bytes; give the seconds until 201."""
    boundary = "bench-41c7"
    disposition = f"--{boundary}\r\nContent-Disposition: form-data; "
    before = (
        disposition + 'name="attestation"\r\nContent-Type: application/json\r\n\r\n'
        '{"step": "command-logs", "is_compliant": true}\r\n'
        + disposition + 'name="evidence"; filename="disk.img"\r\n\r\n'
    ).encode()  # fmt: skip
    after = f"\r\n--{boundary}--\r\n".encode()
    headers = [
        f"Authorization: Bearer {token}",
        f"Content-Type: multipart/form-data; boundary={boundary}",
        f"Content-Length: {len(before) + size + len(after)}",
    ]
    begun = time.monotonic()
    with socket.create_connection((server.host, server.port), PATIENCE) as connection:
        connection.sendall(_head(server, "POST", path, headers) + before)
        for chunk in chunks:
            connection.sendall(chunk)
        connection.sendall(after)
        data = _some(connection)
        took = time.monotonic() - begun
    _expect(data, b"201", path)
    return took


def stream(size: int, salt: int = 0) -> Iterator[memoryview]:
    """Yield so many bytes, block by block, each block different. Costs next to nothing to make.

    Each `salt` gives other bytes: what the vault has already, it does not write again.
    """
    block = bytearray(bytes(range(256)) * (BLOCK // 256))
    number = salt << 32
    left = size
    while left > 0:
        block[:8] = number.to_bytes(8, "big")
        number += 1
        yield memoryview(block)[: min(BLOCK, left)]
        left -= BLOCK


def _head(server: Server, method: str, path: str, headers: list[str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {server.host}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("The server closed the connection before it had answered.")
    return data


def _expect(data: bytes, status: bytes, path: str) -> None:
    if data.split(b" ", 2)[1] != status:
        raise RuntimeError(f"{path} answered {data[:500]!r}.")

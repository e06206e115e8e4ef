"""Clients that post reports side by side: the same program for both sides of a comparison.

    python -m tests.bench.load HOST PORT SECONDS TOKEN PATH [PATH ...]

One client, one keep-alive connection and one thread per path. Plain sockets and bodies that are
ready but for their random bytes, because the clients share the cores with what they measure.
Prints one JSON object: the seconds of every answered request, and how long all of it took.
"""

import json
import os
import socket
import sys
import threading
import time

BOUNDARY = "bench-7d29f1"
FILES, FILE_BYTES = 3, 4096
STEPS = ("user-identity", "service-identity", "command-logs")
PATIENCE = 60.0


def body(step: str) -> bytes:
    """Give a report with three files that nobody has sent before."""
    said = json.dumps({"step": step, "is_compliant": True}).encode()
    parts = [b'name="attestation"\r\nContent-Type: application/json\r\n\r\n' + said]
    for number in range(FILES):
        head = f'name="evidence"; filename="command-{number}.log"\r\nContent-Type: text/plain'
        parts.append(head.encode() + b"\r\n\r\n" + os.urandom(FILE_BYTES))
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    end = f"--{BOUNDARY}--\r\n".encode()
    return b"".join(start + part + b"\r\n" for part in parts) + end


def head(host: str, path: str, token: str, length: int) -> bytes:
    """Give the head of the request that carries such a body."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def answer(connection: socket.socket) -> bytes:
    """Read one answer with a Content-Length whole, and give its first line."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    headers = data[:end].lower()
    length = int(headers.partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(data) < end + 4 + length:
        data += _more(connection)
    return data.partition(b"\r\n")[0]


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("The server closed the connection in the middle of an answer.")
    return data


def client(host: str, port: int, path: str, token: str, until: float, took: list[float]) -> None:
    """Post one report after the other until the time is up."""
    with socket.create_connection((host, port), PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = 0
        while time.monotonic() < until:
            report = body(STEPS[number % len(STEPS)])
            request = head(host, path, token, len(report)) + report
            begun = time.monotonic()
            connection.sendall(request)
            line = answer(connection)
            took.append(time.monotonic() - begun)
            if b" 201 " not in line:
                raise RuntimeError(f"{path} answered {line!r}.")
            number += 1


def main(host: str, port: int, seconds: float, token: str, paths: list[str]) -> int:
    """Let all clients run; give 1 when one of them failed, since its rest would flatter."""
    took: list[float] = []  # list.append is atomic
    failed: list[BaseException] = []
    threading.excepthook = lambda thread: failed.append(thread.exc_value or RuntimeError())
    begun = time.monotonic()
    clients = [
        threading.Thread(target=client, args=(host, port, path, token, begun + seconds, took))
        for path in paths
    ]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    if failed:
        sys.stderr.write(f"{len(failed)} of {len(clients)} clients failed: {failed[0]!r}\n")
        return 1
    json.dump({"took": took, "seconds": time.monotonic() - begun}, sys.stdout)
    return 0


if __name__ == "__main__":
    host, port, seconds, token, *paths = sys.argv[1:]
    raise SystemExit(main(host, int(port), float(seconds), token, paths))

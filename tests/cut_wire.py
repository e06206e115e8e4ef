"""A wire to a store that can be cut: a TCP proxy that ends, stalls or refuses connections.

    with cut_wire(s3.endpoint) as wire:
        wire.cut_after = 1_000_000      bytes of answers until a connection breaks off

Knows nothing of HTTP. Signatures stay good, as they cover the address that the client dialled.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class Wire:
    """What the proxy does to connections; may change while it runs."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.cut_after: int | None = None
        self.cuts_left = 1_000_000
        self.connections = 0

    def _carry(self, near: socket.socket, far: socket.socket, answers: bool) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while data := near.recv(65_536):
                limit = self.cut_after if answers else None
                if limit is not None and self.cuts_left > 0 and carried + len(data) > limit:
                    self.cuts_left -= 1
                    far.sendall(data[: limit - carried])
                    break
                carried += len(data)
                far.sendall(data)
        for end in (near, far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self, listener: socket.socket, host: str, port: int) -> None:
        """Carry connections until the listener is closed."""
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection((host, port))
            for args in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._carry, args=args, daemon=True).start()


@contextlib.contextmanager
def cut_wire(endpoint: str) -> Iterator[Wire]:
    """Put a wire before an endpoint until the block ends."""
    parts = urlsplit(endpoint)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(f"http://127.0.0.1:{listener.getsockname()[1]}")
        args = (listener, str(parts.hostname), int(parts.port or 80))
        threading.Thread(target=wire.serve, args=args, daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)

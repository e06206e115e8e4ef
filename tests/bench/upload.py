"""One very large file through HTTP: the time it takes, and the memory of the server.

The yardstick is what it takes at least: `sha256sum` of the same bytes, and `dd` of the same bytes
to the same disk with every block synced, one after the other, both from a pipe.
"""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench import wire
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, BenchServer, Ground

MEMORY_BOUND = 64


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Upload once, then let the two programs do the same; once each, for it takes long."""
    size = 300_000_000 if quick else 5_000_000_000
    with ground.server() as server:
        made = ground.fill(server, "empty_workflows", count=1)
        path = f"{made['addresses'][0]}/attestations"
        server.start()
        wire.upload(server, path, made["token"], MEGABYTE, wire.stream(MEGABYTE))
        before = server.memory()
        took = wire.upload(server, path, made["token"], size, wire.stream(size))
        grown = server.peak() - before
        _check(server, size)
    hashing = fed(["sha256sum"], size)
    with_sync = Path(ground.folder / "dd")
    command = ["dd", f"of={with_sync}", "oflag=dsync", "bs=4M", "iflag=fullblock", "status=none"]
    writing = fed(command, size)
    with_sync.unlink()
    rate = [size / MEGABYTE / seconds for seconds in (took, hashing + writing)]
    return [
        Figure(
            name=f"upload: one file of {size / MEGABYTE:,.0f} MB",
            value=Spread.of(rate[:1]),
            unit="MB/s",
            yardstick="sha256sum, then dd oflag=dsync bs=4M",
            yardstick_value=Spread.of(rate[1:]),
            ratio=Spread.of([rate[0] / rate[1]]),
            because="bounded by the disk, and by one thread that parses, hashes (SHA-256 and "
            "CRC-32) and writes in turn",
        ),
        Figure(
            name=f"upload: memory that the server gains over {size / MEGABYTE:,.0f} MB",
            value=Spread.of([grown / MEGABYTE]),
            unit="MB",
            below=MEMORY_BOUND,
            because="bounded by the chunks under way between the socket and the disk",
        ),
    ]


def fed(command: Sequence[str], size: int) -> float:
    """Feed the same bytes to a program; give the seconds until it has ended."""
    begun = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as program:
        assert program.stdin is not None
        for chunk in wire.stream(size):
            program.stdin.write(chunk)
        program.stdin.close()
    if program.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {program.returncode}.")
    return time.monotonic() - begun


def _check(server: BenchServer, size: int) -> None:
    [(kept,)] = server.sql("SELECT max(size) FROM evidence_blob")
    if kept != size:
        raise RuntimeError(f"{size} bytes were acknowledged; {kept} are recorded.")

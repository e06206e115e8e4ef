"""One very large file through HTTP: the time it takes, and the memory of the server.

Into a folder, the yardstick is what it takes at least: `sha256sum` of the same bytes, and `dd` of
the same bytes to the same disk with every block synced, one after the other, both from a pipe. Into
S3, it is boto3 uploading as many bytes with checksums, which it has in its own memory.
"""

import subprocess
import time
from collections.abc import Sequence

from tests.bench import wire
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, BenchServer, Ground, run
from tests.bench.package_s3 import with_store

SPEED_BOUND = 0.7
MEMORY_BOUND = 64


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Upload, then let the two programs do the same, in turns."""
    size, rounds = (200_000_000, 1) if quick else (5_000_000_000, 3)
    written = ground.folder / "dd"
    dd = ["dd", f"of={written}", "oflag=dsync", "bs=4M", "iflag=fullblock", "status=none"]
    took, least, grown = [], [], []
    with ground.server() as server:
        path, token = _ready(ground, server)
        for number in range(rounds):
            before = server.memory()
            took.append(wire.upload(server, path, token, size, wire.stream(size, number)))
            grown.append((server.peak() - before) / MEGABYTE)
            least.append(fed(["sha256sum"], size, number) + fed(dd, size, number))
            written.unlink()
        _check(server, size, rounds)
    return _figures(
        f"upload: one file of {size / MEGABYTE:,.0f} MB",
        size,
        (took, least, grown),
        "sha256sum, then dd oflag=dsync bs=4M",
        "bounded by the disk, and by one thread that parses, hashes (SHA-256 and CRC-32) and "
        "writes in turn",
    )


def measure_s3(ground: Ground, *, quick: bool) -> list[Figure]:
    """Upload into a vault on S3, and let boto3 upload as much, in turns."""
    size, rounds = (100_000_000, 1) if quick else (1_000_000_000, 5)
    store = ground.s3
    bucket, other = store.make_bucket(lock=False), store.make_bucket(lock=False)
    took, least, grown = [], [], []
    with ground.server(**store.environment(store.url(bucket))) as server:
        path, token = _ready(ground, server)
        for number in range(rounds):
            before = server.memory()
            took.append(wire.upload(server, path, token, size, wire.stream(size, number)))
            grown.append((server.peak() - before) / MEGABYTE)
            arguments = ("put", other, str(size), str(number))
            told = run("tests.bench.boto", *arguments, environment=with_store(ground))
            least.append(float(told["seconds"]))
        _check(server, size, rounds)
    return _figures(
        f"upload into S3: one file of {size / MEGABYTE:,.0f} MB",
        size,
        (took, least, grown),
        "boto3 upload_fileobj of as many bytes, with SHA-256 of each part",
        "bounded by the store and the local disk: bytes are hashed and synced into the staging "
        "area first, since their address is their digest, and sent when the last has come",
    )


def fed(command: Sequence[str], size: int, salt: int = 0) -> float:
    """Feed the same bytes to a program; give the seconds until it has ended."""
    begun = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as program:
        assert program.stdin is not None
        for chunk in wire.stream(size, salt):
            program.stdin.write(chunk)
        program.stdin.close()
    if program.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {program.returncode}.")
    return time.monotonic() - begun


def _ready(ground: Ground, server: BenchServer) -> tuple[str, str]:
    """Start a server that has taken a small file; give the path for a report, and a key."""
    made = ground.fill(server, "empty_workflows", count=1)
    path = f"{made['addresses'][0]}/attestations"
    server.start()
    wire.upload(server, path, made["token"], MEGABYTE, wire.stream(MEGABYTE))
    return path, made["token"]


def _figures(
    name: str, size: int, runs: tuple[list[float], ...], yardstick: str, because: str
) -> list[Figure]:
    took, least, grown = runs
    return [
        Figure(
            name=name,
            value=Spread.of([size / MEGABYTE / one for one in took]),
            unit="MB/s",
            yardstick=yardstick,
            yardstick_value=Spread.of([size / MEGABYTE / one for one in least]),
            ratio=Spread.of_ratios(least, took),
            at_least=SPEED_BOUND,
            because=because,
        ),
        Figure(
            name=f"{name}, memory that the server gains",
            value=Spread.of(grown),
            unit="MB",
            yardstick="the bytes that come in meanwhile",
            yardstick_value=Spread.of([size / MEGABYTE]),
            ratio=Spread.of([one * MEGABYTE / size for one in grown]),
            below=MEMORY_BOUND,
            because="bounded by the chunks under way between the socket and the vault",
        ),
    ]


def _check(server: BenchServer, size: int, times: int) -> None:
    [(kept,)] = server.sql(f"SELECT count(*) FROM evidence_blob WHERE size = {size:d}")  # noqa: S608
    if kept != times:
        raise RuntimeError(f"{times} files of {size} bytes were acknowledged; {kept} are recorded.")

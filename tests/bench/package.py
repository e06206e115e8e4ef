"""Packages through HTTP: how fast they stream, what memory that takes, when the first byte comes.

The yardstick of streaming is `cat` of the same files through a pipe. Both sides read from a warm
page cache, in turns, and are compared in pairs of neighbours.
"""

import subprocess
import time
from collections.abc import Sequence

from tests.bench import wire
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, BenchServer, Ground

MEMORY_BOUND = 64
FIRST_BYTE_BOUND = 50
TIMES = 4  # how much bigger the bigger package is


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Stream 2 GB of mixed files, and the same files four times over."""
    huge, scale, rounds = (100_000_000, 10, 3) if quick else (700_000_000, 100, 7)
    with ground.server() as server:
        made = ground.fill(server, "mixed", huge=huge, scale=scale, times=TIMES)
        path, more = f"{made['address']}/package", f"{made['more']}/package"
        server.start()
        wire.first_byte(server, path)
        growth = [_growth(server, one) for one in (path, more)]
        cats, downloads = [], []
        cat(made["files"])
        for _ in range(rounds):
            cats.append(cat(made["files"]))
            downloads.append(wire.download(server, path))
    size = made["bytes"] / MEGABYTE
    files = len(made["files"])
    return [
        Figure(
            name=f"package: {size:,.0f} MB in {files:,} mixed files, streamed to curl",
            value=Spread.of([size / took for took in downloads]),
            unit="MB/s",
            yardstick="cat of the files through a pipe",
            yardstick_value=Spread.of([size / took for took in cats]),
            ratio=Spread.of([a / b for a, b in zip(cats, downloads, strict=True)]),
            at_least=0.5,
            because="bounded by copying: the file to Python, to the server's buffers, to the "
            "socket, to curl; cat copies twice. Small files cost an open each",
        ),
        *(
            Figure(
                name=f"package: memory that the server gains over {times * size:,.0f} MB",
                value=Spread.of([grown / MEGABYTE]),
                unit="MB",
                below=MEMORY_BOUND,
                because=f"bounded by the list of {times * files:,} files, by the chunks under way "
                "and by what the process keeps for the next; not by the bytes",
            )
            for times, grown in ((1, growth[0]), (TIMES, growth[1]))
        ),
    ]


def measure_first_byte(ground: Ground, *, quick: bool) -> list[Figure]:
    """Wait for the first byte of a package of ten thousand files, after a start and later on."""
    attestations, each = 5, 2000
    starts, again = (3, 3) if quick else (7, 5)
    cold, warm = [], []
    with ground.server() as server:
        made = ground.fill(server, "many_files", attestations=attestations, each=each)
        for _ in range(starts):
            server.start()
            # One look at something else: the process has imported its code and knows the database.
            wire.first_byte(server, made["address"])
            cold.append(wire.first_byte(server, f"{made['address']}/package") * 1000)
            for _ in range(again):
                warm.append(wire.first_byte(server, f"{made['address']}/package") * 1000)
            server.stop()
    return [
        Figure(
            name=f"package: first byte at {made['files']:,} files, {how}",
            value=Spread.of(times),
            unit="ms",
            below=FIRST_BYTE_BOUND,
            because=because,
        )
        for how, times, because in (
            (
                "first package after a start",
                cold,
                "bounded by Python and the query: the length and the entity tag, which come first, "
                "depend on the name, size and digest of every file",
            ),
            (
                "again",
                warm,
                "bounded by the request itself: each process keeps the layouts asked for last; the "
                "longest is the first look of the other process",
            ),
        )
    ]


def _growth(server: BenchServer, path: str) -> int:
    """Download a package; give the bytes by which the server's memory has peaked meanwhile."""
    before = server.memory()
    wire.download(server, path)
    return server.peak() - before


def cat(files: Sequence[str]) -> float:
    """Copy the files through a pipe into nothing; give the seconds."""
    begun = time.monotonic()
    with subprocess.Popen(["cat", *files], stdout=subprocess.PIPE) as source:
        subprocess.run(["cat"], stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)
    if source.returncode != 0:
        raise RuntimeError(f"cat ended with {source.returncode}.")
    return time.monotonic() - begun

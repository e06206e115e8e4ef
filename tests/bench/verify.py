"""Verifying a package: how fast, and in what memory. No server and no database take part.

The yardstick is `sha256sum` of the same zip: whoever wants to know that the bytes are right has to
hash them once. Both read from a warm page cache, in turns, each in a process of its own.
"""

import hashlib
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from evidence.package.bag import Payload
from tests import packages
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, Ground
from tests.bench.material import bytes_of
from tests.plugins.template import PROJECT

SPEED_BOUND = 0.7
MEMORY_BOUND = 100

# Not getrusage: on Linux its peak begins with that of the process that forked.
PEAK = """
import re, sys
from evidence.package.command import main
status = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
sys.exit(status)
"""


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Verify 2 GB in few large files, and ten thousand small files."""
    rounds = 2 if quick else 7
    large = [100_000_000 if quick else 950_000_000] * 2 + [100_000] * 1000
    found = []
    for what, sizes in (("mixed files", large), ("small files", [1000] * 10_000)):
        path, key = ground.folder / "package.zip", ground.folder / "log.vkey"
        key.write_text(write(path, sizes))
        arguments: list[str | Path] = [path, "--key-file", key, "--quiet"]
        verifier: list[str | Path] = [sys.executable, "-m", "evidence.package.verify", *arguments]
        hashed, verified = [], []
        run(["sha256sum", path])
        for _ in range(rounds):
            hashed.append(run(["sha256sum", path])[0])
            verified.append(run(verifier)[0])
        peaks = [int(run([sys.executable, "-c", PEAK, *arguments])[1]) * 1024 / MEGABYTE]
        size = path.stat().st_size / MEGABYTE
        path.unlink()
        name = f"verify: {size:,.0f} MB in {len(sizes):,} {what}"
        is_large = sizes is large
        found += [
            Figure(
                name=name,
                value=Spread.of([size / took for took in verified]),
                unit="MB/s",
                yardstick="sha256sum of the zip",
                yardstick_value=Spread.of([size / took for took in hashed]),
                ratio=Spread.of([a / b for a, b in zip(hashed, verified, strict=True)]),
                # Ten thousand small files are few bytes: there it is Python that takes the time.
                at_least=SPEED_BOUND if is_large else None,
                because="bounded by SHA-256, and by CRC-32 of the same bytes; starting Python and "
                "looking at each member cost the rest",
            ),
            Figure(
                name=f"{name}, memory",
                value=Spread.of(peaks),
                unit="MB",
                below=MEMORY_BOUND,
                because="bounded by the lists of members and of evidence, two kilobytes a file; "
                "not by bytes",
            ),
        ]
    return found


def write(path: Path, sizes: Sequence[int]) -> str:
    """Write a valid package of files of these sizes; give the key of its log."""
    files = [_file(number, size) for number, size in enumerate(sizes)]
    attested = packages.Attested("command-logs", files, is_listed=True)
    packed, log = packages.pack([attested])
    with path.open("wb") as target:
        for piece in packed.archive.read():
            target.write(piece)
    return log.key.key.vkey + "\n"


def _file(number: int, size: int) -> Payload:
    digest, crc32 = hashlib.sha256(), 0
    for piece in bytes_of(size, number):
        digest.update(piece)
        crc32 = zlib.crc32(piece, crc32)
    name = f"transcript-of-host-{number:05}.log"
    return Payload(name, size, crc32, digest.hexdigest(), partial(_read, number, size))


def _read(number: int, size: int, start: int, stop: int) -> Iterator[bytes]:
    if (start, stop) != (0, size):
        raise ValueError("These files are written whole.")
    yield from bytes_of(size, number)


def run(command: Sequence[str | Path]) -> tuple[float, str]:
    """Run a command that must succeed; give the seconds that it took and what it printed."""
    begun = time.monotonic()
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return time.monotonic() - begun, done.stdout

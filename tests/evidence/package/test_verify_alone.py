"""The verifier needs no Django, no network and no settings, and little memory at any size."""

import hashlib
import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.package.bag import Payload
from tests.packages import Attested, example, pack
from tests.plugins.template import PROJECT

MEMORY_LIMIT = 100 << 20

ALONE = """
import socket, sys
for name in ("django", "boto3", "botocore", "psycopg", "evidence.models", "rfc3161_client"):
    sys.modules[name] = None  # an import of it fails
def refuse(*arguments, **options):
    raise AssertionError("The verifier opened a socket.")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
from trails.client.__main__ import main
sys.exit(main())
"""

# Not getrusage: on Linux its peak begins with that of the process that forked.
PEAK = """
import re, sys
from evidence.package.command import main
status = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
sys.exit(status)
"""


def test_it_runs_without_django_network_or_settings(tmp_path: Path) -> None:
    given = example()
    (tmp_path / "package.zip").write_bytes(given.data)
    command = [sys.executable, "-c", ALONE, "verify", str(tmp_path / "package.zip")]

    done = subprocess.run(
        [*command, "--key", given.vkey],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert "VERIFIED" in done.stdout


def zeros(start: int, stop: int) -> Iterator[bytes]:
    while start < stop:
        yield bytes(min(1 << 20, stop - start))
        start += 1 << 20


def sparse(path: Path, size: int) -> str:
    """Write a package with one file of zeros that takes no room on disk; return the key."""
    digest, crc32 = hashlib.sha256(), 0
    for piece in zeros(0, size):
        digest.update(piece)
        crc32 = zlib.crc32(piece, crc32)
    large = Payload("disk.img", size, crc32, digest.hexdigest(), zeros)
    packed, log = pack([Attested("image", [large, ("note.txt", b"behind it")])])
    with path.open("wb") as target:
        headers = packed.archive.frame()
        for member in packed.archive.members:
            start, header = next(headers)
            target.seek(start)
            target.write(header)
            if member.read and member.size < 1 << 20:
                target.writelines(member.read(0, member.size))
        for start, piece in headers:
            target.seek(start)
            target.write(piece)
    assert path.stat().st_size == packed.length
    return log.key.key.vkey


@pytest.mark.parametrize(
    "size", [300 << 20, pytest.param((4 << 30) + 1, marks=pytest.mark.soak, id="ZIP64")]
)
def test_memory_does_not_grow_with_the_evidence(size: int, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    key = sparse(path, size)
    command = [sys.executable, "-c", PEAK, str(path), "--key", key, "--quiet"]

    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) * 1024 < MEMORY_LIMIT


@pytest.mark.parametrize("module", ["evidence.package.verify", "trails.client.__main__"])
def test_importing_it_imports_nothing_of_the_server(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "found = {'django', 'boto3', 'psycopg', 'rfc3161_client', 'evidence.models'}"
        " & set(sys.modules)\n"
        "sys.exit(', '.join(found) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

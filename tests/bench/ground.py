"""The ground that figures are measured on: one folder, one PostgreSQL server, and real servers.

Everything is gone at the end, also after Ctrl-C or `kill`: `tests.plugins.leftovers` sees to it.
"""

import fcntl
import itertools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from evidence.ledger.note import new_private_key
from tests.plugins import engines, roles
from tests.plugins.leftovers import Leftovers
from tests.plugins.postgres import PostgresServer
from tests.plugins.seaweed import S3, running
from tests.plugins.server import Server
from tests.plugins.template import PROJECT, Template

WORKERS = 2
THREADS = 16
"""The same for both sides of every comparison; sixteen clients find a thread each."""

MEGABYTE = 1_000_000

# ioctl_iflags(2): the numbers of Linux, and the flag of a folder whose folders are kept apart.
_GET_FLAGS, _SET_FLAGS, _TOP_FOLDER = 0x8008_6601, 0x4008_6602, 0x0002_0000


class BenchServer(Server):
    """A server whose memory can be watched."""

    def memory(self) -> int:
        """Give the bytes that its processes hold now, and begin a new peak for each of them."""
        held = 0
        for process in self._processes():
            held += _status(process, "VmRSS")
            (process / "clear_refs").write_text("5")  # proc(5): resets the peak, VmHWM
        return held

    def peak(self) -> int:
        """Give the sum of the peaks of its processes since `memory` was asked."""
        return sum(_status(process, "VmHWM") for process in self._processes())

    def _processes(self) -> list[Path]:
        assert self._process is not None
        group = str(self._process.pid)
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                # The name is in brackets and may hold anything; the group is the third after it.
                fields = stat.read_text().rpartition(") ")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if fields[2] == group:
                found.append(stat.parent)
        return found


def _status(process: Path, field: str) -> int:
    for line in (process / "status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    return 0


class Ground:
    """Makes servers over fresh databases, fills them, and takes them away."""

    def __init__(self, folder: Path, leftovers: Leftovers, postgres_url: str) -> None:
        self.folder = folder
        self._leftovers = leftovers
        self._template = Template(folder / "template", postgres_url)
        self._numbers = itertools.count(1)
        self.postgres_url = postgres_url

    @property
    def s3(self) -> S3:
        """The S3 store of this run, on the same disk; the first to ask starts it."""
        return running(self.folder)

    @contextmanager
    def server(
        self, app: str = "config.wsgi:application", **environment: str
    ) -> Iterator[BenchServer]:
        """Give a server that does not run yet. Its data go when the block ends."""
        name = f"bench_{next(self._numbers)}"
        folder = self.folder / name
        folder.mkdir()
        server = BenchServer(
            folder,
            self._template.copy(folder / "data", name),
            self._leftovers,
            workers=WORKERS,
            threads=THREADS,
            app=app,
            environment=environment,
        )
        try:
            yield server
        finally:
            server.dispose()
            self._template.drop(name)
            shutil.rmtree(folder)

    def fill(self, server: Server, what: str, **sizes: int) -> dict[str, Any]:
        """Let `tests.bench.material` fill the server's database and vault; give what it tells."""
        made = run("tests.bench.material", what, json.dumps(sizes), environment=server.environment)
        # Autovacuum would see to it within a minute; a measurement does not wait for that.
        server.sql("ANALYZE")
        return made

    def machine(self) -> dict[str, Any]:
        """Say what the figures belong to, and that nothing was made unsafe to be fast."""
        with psycopg.connect(self.postgres_url) as connection:
            safe = {
                name: connection.execute(f"SHOW {name}".encode()).fetchall()[0][0]
                for name in ("fsync", "synchronous_commit", "server_version")
            }
        if (safe["fsync"], safe["synchronous_commit"]) != ("on", "on"):
            raise RuntimeError(
                f"PostgreSQL does not wait for its disk, so nothing is shown: {safe}"
            )
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return {
            "cores": os.cpu_count(),
            "memory_gb": round(memory / 1e9, 1),
            "file_system": _file_system(self.folder),
            "postgres": safe,
            "server": f"granian, {WORKERS} workers, {THREADS} threads",
        }


def run(
    module: str,
    *arguments: str,
    environment: dict[str, str] | None = None,
    stdin: str | None = None,
) -> dict[str, Any]:
    """Run a module of this package in a process of its own; give the JSON object it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=environment,
        input=stdin,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@contextmanager
def ground() -> Iterator[Ground]:
    """Give the ground of one run, and leave nothing of it behind."""
    # A time limit that ends the run politely is treated like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    leftovers = Leftovers()
    try:
        folder = Path(tempfile.mkdtemp(prefix="trailkeeper-bench-"))
        leftovers.folder(folder)
        if _file_system(folder) == "tmpfs":
            raise RuntimeError(
                f"{folder} is in memory, where syncing costs nothing: set TMPDIR to a disk."
            )
        _keep_apart(folder)
        postgres = PostgresServer(leftovers)
        os.environ |= {
            engines.FOLDER: str(folder),
            roles.POSTGRES_URL: postgres.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "LOG_KEY": new_private_key(),
        }
        for name in ("SECRET_KEY_FILE", "LOG_KEY_FILE"):
            os.environ.pop(name, None)
        engines.set_environment("postgres")
        try:
            yield Ground(folder, leftovers, postgres.url)
        finally:
            postgres.stop()
    finally:
        leftovers.close()


def _keep_apart(folder: Path) -> None:
    """Let ext4 put the folders of this one far from each other, and from what was deleted before.

    For some minutes it looks at each inode that was deleted nearby before it makes a file: a folder
    of thousands of files that another measurement has just removed makes files cost ten times more.
    """
    if _file_system(folder) != "ext4":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flags = bytearray(8)
        fcntl.ioctl(descriptor, _GET_FLAGS, flags)
        value = int.from_bytes(flags[:4], sys.byteorder) | _TOP_FOLDER
        fcntl.ioctl(descriptor, _SET_FLAGS, value.to_bytes(4, sys.byteorder) + bytes(4))
    finally:
        os.close(descriptor)


def _file_system(folder: Path) -> str:
    """Give the type of the file system that a folder is on."""
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    around = [(len(point), kind) for point, kind in mounts if folder.is_relative_to(point)]
    return max(around)[1]

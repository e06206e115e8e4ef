"""A migrated database, made once per test run and then copied for every server that wants one.

All processes of the run share it: the first to come makes it while the others wait at a file lock.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.plugins import roles

PROJECT = Path(__file__).resolve().parents[2]
DATABASE_FILE = "db.sqlite3"
TEMPLATE_DATABASE = "trailkeeper_template"

SET_UP = (("migrate", "--verbosity=0"), ("createcachetable",))
GRANT = (("grants", "--apply"), ("grants", "--check"))

COMMAND_PATIENCE = 300.0
"""Seconds that a management command may take."""


class Template:
    """The set-up database of this run; `postgres_url` is None where the engine is SQLite.

    `with_roles`: an owner who is no superuser sets it up, and servers use it as the application.
    """

    def __init__(self, folder: Path, postgres_url: str | None, with_roles: bool = False) -> None:
        self._with_roles = with_roles
        self._data_dir = folder / "data"
        self._postgres_url = postgres_url
        folder.mkdir(exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file closes
            if not (folder / "made").exists():
                self._make()
                (folder / "made").touch()

    def copy(self, data_dir: Path, database: str) -> str:
        """Makes a data folder and a database like the template's; gives the URL of the database."""
        shutil.copytree(self._data_dir, data_dir)
        if self._postgres_url is None:
            return f"sqlite:///{data_dir / DATABASE_FILE}"
        self._create(database, template=TEMPLATE_DATABASE)
        return self._url_of(database)

    def drop(self, database: str) -> None:
        """Removes a copy from the server of databases; a file goes away with its folder."""
        if self._postgres_url is not None:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", database)

    def _make(self) -> None:
        # An attempt that failed, or on an outside server an earlier run, may have left its own.
        shutil.rmtree(self._data_dir, ignore_errors=True)
        self._data_dir.mkdir()
        database_url = f"sqlite:///{self._data_dir / DATABASE_FILE}"
        if self._postgres_url is not None:
            self.drop(TEMPLATE_DATABASE)
            self._create(TEMPLATE_DATABASE, template="template1")
            database_url = self._url_of(TEMPLATE_DATABASE)
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "DATA_DIR": str(self._data_dir),
            "VAULT_ROOT": str(self._data_dir / "vault"),
        }
        if self._with_roles:
            environment["DATABASE_OWNER_URL"] = roles.url_as(roles.OWNER, database_url)
        for command in [*SET_UP, *(GRANT if self._with_roles else ())]:
            done = manage(environment, *command)
            if done.returncode != 0:
                raise RuntimeError(f"manage.py {command[0]} failed:\n{done.stdout}{done.stderr}")

    def _create(self, database: str, template: str) -> None:
        if self._with_roles:
            made = "CREATE DATABASE {} TEMPLATE {} OWNER {}"
            self._administer(made, database, template, roles.OWNER)
        else:
            self._administer("CREATE DATABASE {} TEMPLATE {}", database, template)

    def _administer(self, statement: str, *names: str) -> None:
        assert self._postgres_url is not None
        with psycopg.connect(self._postgres_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _url_of(self, database: str) -> str:
        assert self._postgres_url is not None
        url = urlsplit(self._postgres_url)._replace(path=f"/{database}").geturl()
        return roles.url_as(roles.APPLICATION, url) if self._with_roles else url


def manage(
    environment: Mapping[str, str], *command: str, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs `manage.py` in a process of its own. Does not judge the exit code."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=environment,
        input=stdin,
        text=True,
        capture_output=True,
        timeout=COMMAND_PATIENCE,
    )

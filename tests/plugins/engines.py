"""Chooses the database engine, and gives the settings their environment before anything reads it.

Loaded with `-p`, because pytest-django imports the settings earlier than any conftest. The process
that a person starts (with pytest-xdist: the controller) makes one folder and, when asked, one
PostgreSQL server for the whole run. The workers inherit both through the environment, and take a
folder and a database of their own.

    pytest                      SQLite
    pytest --engine postgres    a server made for this run, or the one that TESTS_POSTGRES_URL names
    pytest --engine scale       the same, as a role that owns nothing (`roles`), and the vault on S3
"""

import os
import secrets
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from evidence.ledger.note import new_private_key
from tests.plugins.leftovers import Leftovers
from tests.plugins.postgres import PostgresServer
from tests.plugins.roles import POSTGRES_URL, make_roles
from tests.plugins.seaweed import running

ENGINES = ("sqlite", "postgres", "scale")
ON_POSTGRES = frozenset({"postgres", "scale"})

DATABASE_FILES = tuple(f"DATABASE_{part}URL_FILE" for part in ("", "OWNER_", "REPLICA_"))
VAULTS = ("VAULT", "VAULT_REPLICA")
VAULT_NAMES = (
    *("URL", "ACCESS_KEY_ID", "ACCESS_KEY_ID_FILE"),
    *("SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY_FILE"),
)

FOLDER = "TESTS_FOLDER"
"""Names, in the environment, the folder of this run: shared by the workers, removed at the end."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("trailkeeper").addoption(
        "--engine",
        choices=ENGINES,
        default="sqlite",
        help="the database to test with (default: %(default)s)",
    )
    parser.getgroup("trailkeeper").addoption(
        "--vault",
        choices=("folder", "bucket"),
        help="where the vault is (default: a bucket for the engine scale, else a folder)",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Comes before the hook of pytest-django that loads the settings, as wrappers do."""
    options = early_config.known_args_namespace
    # For `--help` too the conftests are imported, and need settings; but no server of databases.
    engine = "sqlite" if options.help or options.version else options.engine
    if worker_name() == "main":
        set_up_run(early_config, engine)
    set_environment(engine, options.vault or ("bucket" if engine == "scale" else "folder"))
    return (yield)


def pytest_report_header(config: pytest.Config) -> str:
    return f"engine: {config.getoption('engine')}"


def worker_name() -> str:
    """Gives the name that keeps this process's databases apart from those of its siblings."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def run_folder() -> Path:
    """Gives the folder that all processes of this run share."""
    return Path(os.environ[FOLDER])


def worker_folder() -> Path:
    """Gives the folder of this process, inside the one of the run."""
    folder = run_folder() / worker_name()
    folder.mkdir(exist_ok=True)
    return folder


def set_up_run(config: pytest.Config, engine: str) -> None:
    """Makes the folder and the server of this run, and sees to it that both go, however it ends."""
    # A time limit that ends the run politely is treated like Ctrl-C: workers and fixtures finish.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    leftovers = Leftovers()
    config.add_cleanup(leftovers.close)
    folder = Path(tempfile.mkdtemp(prefix="trailkeeper-tests-"))
    leftovers.folder(folder)
    os.environ[FOLDER] = str(folder)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
    os.environ["LOG_KEY"] = new_private_key()
    for name in ("SECRET_KEY_FILE", "LOG_KEY_FILE", *DATABASE_FILES):
        os.environ.pop(name, None)
    if engine in ON_POSTGRES and POSTGRES_URL not in os.environ:
        server = PostgresServer(leftovers)
        config.add_cleanup(server.stop)
        os.environ[POSTGRES_URL] = server.url
    if engine == "scale":
        make_roles(os.environ[POSTGRES_URL])


def set_environment(engine: str, vault: str = "folder") -> None:
    """Writes what the settings require, over whatever the person's own environment says."""
    folder = worker_folder()
    sqlite_url = f"sqlite:///{folder / 'db.sqlite3'}"
    os.environ.update(
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
        DATABASE_URL=os.environ[POSTGRES_URL] if engine in ON_POSTGRES else sqlite_url,
        DATABASE_OWNER_URL="",
        DATABASE_REPLICA_URL="",
        DATA_DIR=str(folder),
        DEBUG="false",
        PUBLIC_URL="http://testserver",
        # A file: in memory SQLite has no write-ahead log, and threads cannot write side by side.
        TEST_DATABASE_NAME=str(folder / "test.sqlite3"),
        VAULT_ROOT=str(folder / "vault"),
        # Not the person's own vault, by whichever way they name it.
        **dict.fromkeys((f"{vault}_{name}" for vault in VAULTS for name in VAULT_NAMES), ""),
    )
    if vault == "bucket":
        os.environ.update(vault_environment())


def vault_environment() -> dict[str, str]:
    """Gives what puts the vault of this process into a corner of the run's S3 store."""
    store = running(run_folder())
    return store.environment(store.url(store.shared_bucket, worker_name()))

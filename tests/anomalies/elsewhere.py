"""Servers on the other engine than the run's: where what was saved is restored."""

import itertools
from collections.abc import Generator
from pathlib import Path
from typing import Protocol

import pytest

from tests.plugins import engines
from tests.plugins.leftovers import Leftovers
from tests.plugins.postgres import PostgresServer
from tests.plugins.server import Server
from tests.plugins.template import Template

_numbers = itertools.count(1)


class MakeElsewhere(Protocol):
    """What the fixture `make_elsewhere` gives."""

    def __call__(self, **environment: str) -> Server: ...


@pytest.fixture(scope="module")
def template_elsewhere(
    pytestconfig: pytest.Config,
    server_leftovers: Leftovers,
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[Template]:
    """A migrated database of PostgreSQL where the run is on SQLite, of SQLite where it is not."""
    folder = tmp_path_factory.mktemp("elsewhere") / "template"
    if pytestconfig.getoption("engine") in engines.ON_POSTGRES:
        yield Template(folder, None)
        return
    postgres = PostgresServer(server_leftovers)
    yield Template(folder, postgres.url)
    postgres.stop()


@pytest.fixture
def make_elsewhere(
    template_elsewhere: Template, server_leftovers: Leftovers, tmp_path: Path
) -> Generator[MakeElsewhere]:
    """Makes servers on the other engine, with a vault of their own; they do not run yet."""
    servers: list[tuple[Server, str]] = []

    def make(**environment: str) -> Server:
        name = f"elsewhere_{engines.worker_name()}_{next(_numbers)}"
        folder = tmp_path / name
        folder.mkdir()
        server = Server(
            folder,
            template_elsewhere.copy(folder / "data", name),
            server_leftovers,
            workers=1,
            threads=4,
            app="config.wsgi:application",
            environment=environment,
        )
        servers.append((server, name))
        return server

    yield make
    for server, name in servers:
        server.dispose()
        template_elsewhere.drop(name)

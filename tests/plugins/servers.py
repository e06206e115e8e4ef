"""The fixtures that hand out real servers, and take them away after the test.

    def test_one(server): ...                                 one server, started
    def test_more(make_server):
        server = make_server(workers=2, LOG_LEVEL="DEBUG")    made, not started
        server.manage("demo")
        server.start()

Keywords in small letters describe the processes, keywords in capitals are their environment. When
such a test fails, its report ends with the log of its servers.
"""

import itertools
import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

import pytest

from tests.plugins import engines, roles
from tests.plugins.leftovers import Leftovers
from tests.plugins.server import Server
from tests.plugins.template import Template

servers_of_test = pytest.StashKey[list[Server]]()
numbers = itertools.count(1)


class MakeServer(Protocol):
    """What the fixture `make_server` gives."""

    def __call__(
        self,
        *,
        workers: int = 1,
        threads: int = 16,
        app: str = "config.wsgi:application",
        **environment: str,
    ) -> Server: ...


@pytest.fixture(scope="session")
def server_leftovers() -> Generator[Leftovers]:
    """Ends the servers of this process even when the process is killed."""
    leftovers = Leftovers()
    yield leftovers
    leftovers.close()


@pytest.fixture(scope="session")
def server_template(pytestconfig: pytest.Config) -> Template:
    """The migrated database that every server starts from."""
    engine = pytestconfig.getoption("engine")
    on_postgres = engine in engines.ON_POSTGRES
    postgres_url = os.environ[roles.POSTGRES_URL] if on_postgres else None
    return Template(engines.run_folder() / "template", postgres_url, with_roles=engine == "scale")


@contextmanager
def standing(
    template: Template,
    leftovers: Leftovers,
    name: str,
    *,
    app: str = "config.wsgi:application",
    **environment: str,
) -> Generator[Server]:
    """Gives a server for longer than a test, which does not run yet; takes it away at the end."""
    name = f"{name}_{engines.worker_name()}"
    folder = engines.worker_folder() / name
    folder.mkdir()
    server = Server(
        folder,
        template.copy(folder / "data", name),
        leftovers,
        workers=1,
        threads=16,
        app=app,
        environment=environment,
    )
    try:
        yield server
    finally:
        server.dispose()
        template.drop(name)


@pytest.fixture
def make_server(
    request: pytest.FixtureRequest, server_template: Template, server_leftovers: Leftovers
) -> Generator[MakeServer]:
    """Makes servers that do not run yet, each over a fresh copy of the template."""
    servers = request.node.stash.setdefault(servers_of_test, [])
    databases: list[str] = []

    def make(
        *,
        workers: int = 1,
        threads: int = 16,
        app: str = "config.wsgi:application",
        **environment: str,
    ) -> Server:
        name = f"server_{engines.worker_name()}_{next(numbers)}"
        folder = engines.worker_folder() / name
        folder.mkdir()
        server = Server(
            folder,
            server_template.copy(folder / "data", name),
            server_leftovers,
            workers=workers,
            threads=threads,
            app=app,
            environment=environment,
        )
        databases.append(name)
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.dispose()
    for database in databases:
        server_template.drop(database)


@pytest.fixture
def server(make_server: MakeServer) -> Server:
    """One server with one worker, ready to answer."""
    return make_server().start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for server in item.stash.get(servers_of_test, []):
            report.sections.append((f"Log of {server.url}", server.log))
    return report

"""Makes the process of the tests the application's role, under `--engine scale` (`roles`).

And hands out, on any PostgreSQL, a server that has that role while its tables have another owner.
"""

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.plugins import roles
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """Lets a test do in its own connection what the owner of the tables can do."""
    from django.db import connection

    with roles.owning(connection):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, pytestconfig: pytest.Config
) -> Generator[None]:
    """Under `--engine scale`, makes this process the application once its database is there."""
    if pytestconfig.getoption("engine") != "scale":
        yield
        return
    from django.db import connection

    from trails import grants

    with django_db_blocker.unblock():
        grants.apply(connection, grants.statements(connection, roles.APPLICATION))
        roles.take_on(connection)
    yield
    with django_db_blocker.unblock():
        roles.put_down(connection)


@pytest.fixture
def server_with_roles(make_server: MakeServer, pytestconfig: pytest.Config) -> Server:
    """Makes a server that is not started and signs in as the application's role, with its rights.

    Its commands that need the owner know the owner's address. Skips on SQLite.
    """
    engine = pytestconfig.getoption("engine")
    if engine == "sqlite":
        pytest.skip("SQLite has no roles")
    server = make_server()
    if engine == "postgres":
        roles.make_roles(os.environ[roles.POSTGRES_URL])
        server.owner = {"DATABASE_OWNER_URL": server.database_url}
        server.database_url = roles.url_as(roles.APPLICATION, server.database_url)
        server.environment["DATABASE_URL"] = server.database_url
        done = server.manage("grants", "--apply")
        assert done.returncode == 0, done.stderr
    return server

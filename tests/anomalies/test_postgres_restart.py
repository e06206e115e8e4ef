"""PostgreSQL is restarted under load: the servers find it again by themselves, nothing is lost."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
)
from tests.anomalies.ledger_aftermath import (
    check_that_all_are_sealed,
    check_the_ledgers,
    check_with_fsck,
)
from tests.anomalies.patient import Patient
from tests.anomalies.recovery import WORKFLOWS
from tests.anomalies.reporters import make_world
from tests.plugins import roles
from tests.plugins.leftovers import Leftovers
from tests.plugins.postgres import PostgresServer
from tests.plugins.server import Server
from tests.plugins.template import Template


@pytest.fixture
def postgres(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, server_leftovers: Leftovers
) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own: that of the run belongs to others, too."""
    if pytestconfig.getoption("engine") == "sqlite":
        pytest.skip("SQLite is a file, and has no server that could restart")
    postgres = PostgresServer(server_leftovers)
    monkeypatch.setenv(roles.POSTGRES_URL, postgres.url)
    yield postgres
    postgres.stop()


@pytest.fixture
def server(
    postgres: PostgresServer,
    pytestconfig: pytest.Config,
    server_leftovers: Leftovers,
    tmp_path: Path,
) -> Iterator[Server]:
    with_roles = pytestconfig.getoption("engine") == "scale"
    if with_roles:
        roles.make_roles(postgres.url)
    template = Template(tmp_path / "template", postgres.url, with_roles=with_roles)
    server = Server(
        tmp_path,
        template.copy(tmp_path / "data", "restarted"),
        server_leftovers,
        workers=2,
        threads=8,
        app="config.wsgi:application",
        environment={"LOG_LEVEL": "ERROR"},
    )
    yield server
    server.dispose()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in order", "by a crash"])
def test_a_restart_under_load_loses_nothing(
    server: Server, postgres: PostgresServer, how: signal.Signals
) -> None:
    token = make_world(server, WORKFLOWS)
    server.start()
    load = Patient([server], token, WORKFLOWS)
    for _ in range(3):
        load.wait_for("recorded", 20)
        postgres.restart(how, away=0.5)
    load.wait_for("recorded", 20)
    load.stop()
    assert load.failures == []
    assert load.met["refused"] > 0, "Nobody noticed."
    assert load.met["gone"] == 0, "A server that is there answers."
    server.kill()

    assert server.sql("SELECT count(*) FROM trails_attestation") == [(len(load.sent),)]
    check_that_nothing_is_half(server)
    check_that_nothing_acknowledged_is_lost(server, load.sent)
    assert server.manage("seal").returncode == 0
    check_the_ledgers(server)
    check_that_all_are_sealed(server, [report.id for report in load.sent if report.id])
    check_with_fsck(server)

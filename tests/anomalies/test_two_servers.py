"""Two servers with several processes each seal one log at once: it grows in one piece."""

import time

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
from tests.anomalies.outsider import Looking, Outsider
from tests.anomalies.recovery import WORKFLOWS, look
from tests.anomalies.reporters import Load, make_world
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer


def pair_of_servers(make_server: MakeServer) -> tuple[Server, Server]:
    """Return two machines with one database and one vault, each with a copy of its own outside."""
    first = make_server(workers=2, threads=8, LOG_LEVEL="ERROR")
    second = make_server(
        workers=2,
        threads=8,
        LOG_LEVEL="ERROR",
        DATABASE_URL=first.database_url,
        VAULT_ROOT=str(first.vault_root),
        VAULT_URL=first.environment.get("VAULT_URL", ""),
        PUBLIC_URL=first.url,
    )
    return first, second


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_two_servers_never_fork_a_log(make_server: MakeServer, seconds: int) -> None:
    pair = pair_of_servers(make_server)
    token = make_world(pair[0], WORKFLOWS)
    outsider = Outsider(pair[0])
    for server in pair:
        server.start()
    loads = [Load(server, token, WORKFLOWS, threads=4) for server in pair]
    looks = [
        Looking(lambda s=server, r=load.sent: look(s, token, outsider, r))  # type: ignore[misc]
        for server, load in zip(pair, loads, strict=True)
    ]
    time.sleep(seconds)
    for load in loads:
        load.stop()
    assert all(each.stop() > 0 for each in looks)
    for server in pair:
        server.kill()
    assert [load.failures for load in loads] == [[], []]
    sent = [report for load in loads for report in load.sent]
    assert all(load.sent for load in loads)
    # Nobody was in anybody's way, which the constraints would have stopped and the log would tell.
    assert not any("Sealing log" in server.log for server in pair)

    check_that_nothing_is_half(pair[0])
    check_that_nothing_acknowledged_is_lost(pair[0], sent)
    folders = [server.data_dir / "checkpoints" for server in pair]
    assert all(list(folder.glob("*.checkpoint")) for folder in folders), "One of them never sealed."
    acme = check_the_ledgers(pair[0], folders)["acme"]
    outsider.check(acme)
    check_that_all_are_sealed(pair[0], [report.id for report in sent if report.id])
    assert acme.pending == []
    # Each seal took what had gathered, and so there are fewer of them than of records.
    assert 2 < len(acme.checkpoints) < acme.size
    check_with_fsck(pair[0])

"""While sixteen write, readers verify all that they fetch: at no moment does anything not fit."""

import time
from pathlib import Path

import pytest

from evidence.package.report import Verdict
from tests.anomalies.ledger_aftermath import check_the_ledgers
from tests.anomalies.outsider import Looking
from tests.anomalies.readers import Readers
from tests.anomalies.reporters import Load, make_world
from tests.plugins.servers import MakeServer

WORKFLOWS = [f"run-{number}" for number in range(40)]


@pytest.mark.parametrize("seconds", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_everything_that_is_handed_out_under_load_verifies(
    make_server: MakeServer, tmp_path: Path, seconds: int
) -> None:
    server = make_server(workers=2, LOG_LEVEL="ERROR")
    readers = Readers(server, make_world(server, WORKFLOWS), WORKFLOWS, tmp_path)
    server.start()
    load = Load(server, readers.token, WORKFLOWS, threads=16)
    looks = [
        Looking(lambda: readers.a_package(1)),
        Looking(lambda: readers.a_package(2)),
        Looking(lambda: readers.a_proof(load)),
        Looking(readers.all_tiles),
    ]
    time.sleep(seconds)
    load.stop()
    assert all(look.stop() > 0 for look in looks)
    assert load.failures == []
    assert "Sealing log" not in server.log
    # The last ones, in peace: now everything is sealed.
    for workflow in WORKFLOWS[:3]:
        readers.workflows = [workflow]
        before = readers.read[Verdict.VERIFIED]
        readers.a_package(3)
        assert readers.read[Verdict.VERIFIED] == before + 1
    readers.all_tiles()
    server.kill()
    assert readers.outsider.proofs > 0
    readers.outsider.check(check_the_ledgers(server)["acme"])

"""Where a worker seals, the servers have no key: they take reports and prove none of them."""

import io
import zipfile

from tests.anomalies.ledger_aftermath import (
    check_that_all_are_sealed,
    check_the_ledgers,
    check_with_fsck,
)
from tests.anomalies.outsider import Outsider
from tests.anomalies.recovery import WORKFLOWS
from tests.anomalies.reporters import TRAIL, Load, ask, make_world
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import manage


def package(server: Server, token: str) -> dict[str, bytes]:
    """Return the files of a workflow's package by their names in the bag."""
    status, body = ask(server, "GET", f"{TRAIL}/run-1/package", token)
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def test_a_server_without_a_key_takes_reports_and_a_worker_seals_them(
    make_server: MakeServer,
) -> None:
    server = make_server(workers=2, threads=4, SEALING="worker", LOG_LEVEL="ERROR")
    outsider = Outsider(server)  # the worker's key
    worker = dict(server.environment)
    server.environment["LOG_KEY"] = ""
    token = make_world(server, WORKFLOWS)
    server.start()
    load = Load(server, token, WORKFLOWS, threads=4)
    while sum(report.id is not None for report in load.sent[:]) < 30:
        assert load.failures == []
    load.stop()
    assert load.failures == []

    assert server.sql("SELECT count(*) FROM evidence_leaf") == [(0,)]
    assert outsider.take_checkpoint(server, token) is None
    files = package(server, token)
    assert b"PROVES NOTHING YET" in files["README.txt"]
    assert not any(name.startswith("proof/") for name in files)
    refused = server.manage("seal")
    assert refused.returncode != 0
    assert "LOG_KEY is not set" in refused.stderr

    sealed = manage(worker, "seal")
    assert sealed.returncode == 0, sealed.stderr
    files = package(server, token)
    assert b"PROVES NOTHING YET" not in files["README.txt"]
    for report in load.sent[::10]:
        assert report.id is not None
        outsider.take_proof(server, token, report.workflow, report.id)
    assert (outsider.proofs, outsider.pending) == (len(load.sent[::10]), 0)

    server.kill()
    server.environment["LOG_KEY"] = worker["LOG_KEY"]  # to check with
    acme = check_the_ledgers(server)["acme"]
    check_that_all_are_sealed(server, [report.id for report in load.sent if report.id])
    assert acme.pending == []
    outsider.check(acme)
    check_with_fsck(server)

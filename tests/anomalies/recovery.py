"""A server that is killed again and again under load, and what must be right each time after."""

import io
import zipfile
from collections.abc import Sequence

from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
    leftovers,
    orphans,
)
from tests.anomalies.ledger_aftermath import (
    check_that_all_are_sealed,
    check_the_ledgers,
    check_with_fsck,
)
from tests.anomalies.outsider import Looking, Outsider
from tests.anomalies.reporters import TRAIL, Load, Sent, ask, make_world
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

WORKFLOWS = ["run-1", "run-2"]


def set_up(make_server: MakeServer) -> tuple[Server, str]:
    """Make a server that can be told where to die, with the named world; it is not started."""
    server = make_server(app="tests.anomalies.crashing_wsgi:application", LOG_LEVEL="ERROR")
    return server, make_world(server, WORKFLOWS)


def crash(server: Server, token: str, outsider: Outsider, *, at: str, on: int) -> Sequence[Sent]:
    """Let the server die at a step while reporters report and an outsider looks; return all sent.

    Whatever was handed out before is compared with what is there after.
    """
    server.environment |= {"CRASH_AT": at, "CRASH_ON": str(on)}
    server.start()
    load = Load(server, token, WORKFLOWS)
    looking = Looking(lambda: look(server, token, outsider, load.sent))
    load.wait(30)
    looking.stop()
    assert load.failures == []
    assert any(report.id is None for report in load.sent), f"The server survived '{at}'."
    return load.sent


def look(server: Server, token: str, outsider: Outsider, sent: Sequence[Sent]) -> None:
    """Take the newest checkpoint, and the proof of what was acknowledged last."""
    outsider.take_checkpoint(server, token)
    last = next((report for report in reversed(sent[:]) if report.id), None)
    if last is not None and last.id is not None:
        outsider.take_proof(server, token, last.workflow, last.id)


def check(server: Server, sent: Sequence[Sent], outsider: Outsider) -> None:
    """Kill what still runs, and check everything that is left."""
    server.kill()
    check_that_nothing_is_half(server)
    check_that_nothing_acknowledged_is_lost(server, list(sent))
    outsider.check(check_the_ledgers(server)["acme"])


def recover(server: Server, token: str, sent: Sequence[Sent], outsider: Outsider) -> None:
    """Bring the server back, send again what had no answer, and take the packages away."""
    server.environment["CRASH_AT"] = ""
    server.start()
    # What was answered is found again by its key; what was not is recorded once.
    for report in [report for report in sent if report.id is None] + list(sent[::10]):
        report.send(server, token)
    # Perhaps all of those were recorded before; a new one takes along what is still pending.
    sent = [*sent, Sent(WORKFLOWS[0])]
    sent[-1].send(server, token)
    assert len({report.id for report in sent}) == len(sent)
    assert server.sql("SELECT count(*) FROM trails_attestation") == [(len(sent),)]
    check_that_all_are_sealed(server, [report.id for report in sent if report.id])
    for workflow in WORKFLOWS:
        status, body = ask(server, "GET", f"{TRAIL}/{workflow}/package", token)
        assert status == 200
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            assert package.testzip() is None
            packed = [package.read(name) for name in package.namelist()]
        for report in sent:
            if report.workflow == workflow:
                assert report.files["session.log"] in packed
    for report in sent[::20]:
        assert report.id is not None
        outsider.take_proof(server, token, report.workflow, report.id)
    check(server, sent, outsider)


def sweep(server: Server) -> None:
    """Sweep what the crashes left, and see that nothing else went."""
    swept = server.manage("sweep", "--older-than-hours", "0", "--force")
    assert swept.returncode == 0, swept.stderr
    assert leftovers(server) == []
    assert orphans(server) == set()
    check_that_nothing_is_half(server)
    check_with_fsck(server)

"""The clock is set back, or jumps: the log goes on in the order in which things were written."""

from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
    plain,
)
from tests.anomalies.ledger_aftermath import (
    check_that_all_are_sealed,
    check_the_ledgers,
    check_with_fsck,
)
from tests.anomalies.outsider import Looking, Outsider
from tests.anomalies.recovery import WORKFLOWS, look
from tests.anomalies.reporters import Load, Sent, make_world
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

HOUR = 3600


def numbers_in_order_of_the_log(server: Server) -> dict[str, list[int]]:
    """Return the numbers of each workflow's attestations in the order of their indexes."""
    found: dict[str, list[int]] = {}
    for workflow, number in server.sql(
        "SELECT a.workflow_id, a.number FROM trails_attestation a "
        'JOIN evidence_leaf l ON l.record_id = a.record_id ORDER BY l."index"'
    ):
        found.setdefault(plain(workflow), []).append(number)
    return found


def check(server: Server, sent: list[Sent], outsider: Outsider) -> list[str]:
    """Check everything; return the ids of acme's records in the order of the log."""
    server.kill()
    check_that_nothing_is_half(server)
    check_that_nothing_acknowledged_is_lost(server, sent)
    check_that_all_are_sealed(server, [report.id for report in sent if report.id])
    acme = check_the_ledgers(server)["acme"]
    outsider.check(acme)
    for numbers in numbers_in_order_of_the_log(server).values():
        assert numbers == list(range(1, len(numbers) + 1))
    check_with_fsck(server)
    return acme.records


def test_a_clock_that_is_set_back(make_server: MakeServer) -> None:
    server = make_server(app="tests.anomalies.clock_wsgi:application", LOG_LEVEL="ERROR")
    token = make_world(server, WORKFLOWS)
    outsider = Outsider(server)
    sent: list[Sent] = []
    for wrong_by in (0, -30 * HOUR, HOUR):
        server.environment["CLOCK"] = str(wrong_by)
        server.start()
        for _ in range(3):
            sent.append(Sent("run-1"))
            sent[-1].send(server, token)
            look(server, token, outsider, sent)
        server.kill()
    by_record = {
        plain(record): plain(attestation)
        for record, attestation in server.sql("SELECT record_id, id FROM trails_attestation")
    }
    records = check(server, sent, outsider)
    in_log = [by_record[record] for record in records if record in by_record]
    assert in_log == [plain(report.id) for report in sent]
    assert records != sorted(records), "The clock was right."


def test_a_clock_that_jumps_under_load(make_server: MakeServer) -> None:
    server = make_server(
        app="tests.anomalies.clock_wsgi:application", LOG_LEVEL="ERROR", CLOCK="jumping"
    )
    token = make_world(server, WORKFLOWS)
    outsider = Outsider(server)
    server.start()
    load = Load(server, token, WORKFLOWS, threads=6)
    looking = Looking(lambda: look(server, token, outsider, load.sent))
    while sum(report.id is not None for report in load.sent[:]) < 60:
        assert load.failures == []
    load.stop()
    looking.stop()
    assert load.failures == []
    records = check(server, load.sent, outsider)
    assert records != sorted(records), "The clock was right."

"""Twenty at a time through the real server, two processes of it: the same as in one process."""

import json

import pytest

from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
)
from tests.anomalies.crowds import all_well, at_once
from tests.anomalies.reporters import TRAIL, Sent, ask, make_world
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

CROWD = 20
pytestmark = pytest.mark.django_db  # the threads of a crowd let go of a connection of their own


@pytest.fixture
def crowded(make_server: MakeServer) -> tuple[Server, str]:
    server = make_server(workers=2)
    return server.start(), make_world(server, ["run-1"])


def test_twenty_reports_of_one_workflow(crowded: tuple[Server, str]) -> None:
    server, token = crowded
    sent = [Sent("run-1") for _ in range(CROWD)]
    all_well(at_once(CROWD, lambda n: sent[n].send(server, token)))
    assert len({report.id for report in sent}) == CROWD
    check_that_nothing_is_half(server)
    check_that_nothing_acknowledged_is_lost(server, sent)
    assert server.sql("SELECT attestations FROM trails_workflowstatus") == [(CROWD,)]


def test_one_report_sent_twenty_times(crowded: tuple[Server, str]) -> None:
    server, token = crowded
    one = Sent("run-1")
    copies = [Sent("run-1", one.key, one.files) for _ in range(CROWD)]
    all_well(at_once(CROWD, lambda n: copies[n].send(server, token)))
    assert len({copy.id for copy in copies}) == 1
    check_that_nothing_is_half(server)
    assert server.sql("SELECT count(*) FROM trails_attestation") == [(1,)]


def test_one_workflow_begun_twenty_times(crowded: tuple[Server, str]) -> None:
    server, token = crowded
    path, headers = f"{TRAIL}/run-2", {"Content-Type": "application/json"}
    answers = all_well(at_once(CROWD, lambda n: ask(server, "PUT", path, token, b"{}", headers)))
    assert sorted(status for status, _ in answers) == [200] * (CROWD - 1) + [201]
    assert len({json.dumps(json.loads(body)["begun_at"]) for _, body in answers}) == 1
    assert server.sql("SELECT count(*) FROM trails_workflow WHERE name = 'run-2'") == [(1,)]

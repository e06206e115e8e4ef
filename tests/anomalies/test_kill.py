"""The server is killed at every step of DESIGN §4, under load: nothing is lost, nothing is half."""

import io
import json
import random
import time
import zipfile
from pathlib import Path

from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
    leftovers,
    orphans,
)
from tests.anomalies.reporters import TRAIL, Load, Sent, ask, make_world
from tests.anomalies.steps import STEPS
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

WORKFLOWS = ["run-1", "run-2"]


def set_up(make_server: MakeServer) -> tuple[Server, str]:
    server = make_server(app="tests.anomalies.crashing_wsgi:application", LOG_LEVEL="ERROR")
    return server, make_world(server, WORKFLOWS)


def look_at_it(server: Server, sent: list[Sent]) -> None:
    server.kill()
    check_that_nothing_is_half(server)
    check_that_nothing_acknowledged_is_lost(server, sent)


def recover(server: Server, token: str, sent: list[Sent]) -> None:
    """Bring the server back, send again what had no answer, and take the packages away."""
    server.environment["CRASH_AT"] = ""
    server.start()
    # What was answered is found again by its key; what was not is recorded once.
    for report in [report for report in sent if report.id is None] + sent[::10]:
        report.send(server, token)
    assert len({report.id for report in sent}) == len(sent)
    assert server.sql("SELECT count(*) FROM trails_attestation") == [(len(sent),)]
    for workflow in WORKFLOWS:
        status, body = ask(server, "GET", f"{TRAIL}/{workflow}/package", token)
        assert status == 200
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            assert package.testzip() is None
            packed = [package.read(name) for name in package.namelist()]
        for report in sent:
            if report.workflow == workflow:
                assert report.files["session.log"] in packed
    look_at_it(server, sent)


def sweep(server: Server) -> None:
    """Sweep what the crashes left, and see that nothing else went."""
    swept = server.manage("sweep", "--older-than-hours", "0", "--force")
    assert swept.returncode == 0, swept.stderr
    assert leftovers(server) == []
    assert orphans(server) == set()
    check_that_nothing_is_half(server)


def test_at_each_step(make_server: MakeServer) -> None:
    server, token = set_up(make_server)
    sent: list[Sent] = []
    left: dict[str, tuple[int, int]] = {}
    for step in STEPS:
        known = orphans(server) if sent else set()
        staged = len(leftovers(server)) if sent else 0
        server.environment |= {"CRASH_AT": step, "CRASH_ON": "25"}
        server.start()
        load = Load(server, token, WORKFLOWS)
        load.wait(30)
        assert load.failures == []
        sent += load.sent
        unanswered = [report for report in load.sent if report.id is None]
        assert unanswered, f"The server survived '{step}'."
        look_at_it(server, sent)
        left[step] = (len(leftovers(server)) - staged, len(orphans(server) - known))
    assert any(report.id for report in sent)
    # The crashes happened where they should: with bytes staged, and with bytes that had no name.
    assert all(staged > 0 for staged, _ in left.values()), left
    assert all(left[step][1] > 0 for step in STEPS[3:9]), left
    recover(server, token, sent)
    sweep(server)


def test_at_no_step_in_particular(make_server: MakeServer) -> None:
    chance = random.Random()  # noqa: S311
    server, token = set_up(make_server)
    sent: list[Sent] = []
    for _ in range(3):
        server.start()
        load = Load(server, token, WORKFLOWS)
        time.sleep(chance.uniform(0.2, 1.2))
        server.kill()
        load.wait(30)
        assert load.failures == []
        sent += load.sent
        look_at_it(server, sent)
    assert any(report.id for report in sent)
    recover(server, token, sent)
    sweep(server)


def test_the_steps_are_those_that_the_server_knows() -> None:
    source = (Path(__file__).parent / "crashing_wsgi.py").read_text()
    assert all(json.dumps(step) in source for step in STEPS)

"""The server is killed at every step of DESIGN §4, under load: nothing is lost, nothing is half."""

import json
import random
import time
from pathlib import Path

from tests.anomalies.aftermath import leftovers, orphans
from tests.anomalies.outsider import Outsider
from tests.anomalies.recovery import WORKFLOWS, check, crash, recover, set_up, sweep
from tests.anomalies.reporters import Load, Sent
from tests.anomalies.steps import ATTESTING, STEPS
from tests.plugins.servers import MakeServer


def test_at_each_step(make_server: MakeServer) -> None:
    server, token = set_up(make_server)
    outsider = Outsider(server)
    sent: list[Sent] = []
    left: dict[str, tuple[int, int]] = {}
    for step in ATTESTING:
        known = orphans(server) if sent else set()
        staged = len(leftovers(server)) if sent else 0
        sent += crash(server, token, outsider, at=step, on=25)
        check(server, sent, outsider)
        left[step] = (len(leftovers(server)) - staged, len(orphans(server) - known))
    assert any(report.id for report in sent)
    # The crashes happened where they should: with bytes staged, and with bytes that had no name.
    assert all(staged > 0 for staged, _ in left.values()), left
    named = ATTESTING.index("committed")
    assert all(left[step][1] > 0 for step in ATTESTING[3:named]), str(left)
    recover(server, token, sent, outsider)
    sweep(server)


def test_at_no_step_in_particular(make_server: MakeServer) -> None:
    chance = random.Random()  # noqa: S311
    server, token = set_up(make_server)
    outsider = Outsider(server)
    sent: list[Sent] = []
    for _ in range(3):
        server.start()
        load = Load(server, token, WORKFLOWS)
        time.sleep(chance.uniform(0.2, 1.2))
        server.kill()
        load.wait(30)
        assert load.failures == []
        sent += load.sent
        check(server, sent, outsider)
    assert any(report.id for report in sent)
    recover(server, token, sent, outsider)
    sweep(server)


def test_the_steps_are_those_that_the_programs_know() -> None:
    programs = Path(__file__).parent.glob("crashing_*.py")
    source = "".join(program.read_text() for program in programs)
    for step in STEPS:
        assert json.dumps(step) in source or f"{step.replace(' ', '_')}=" in source

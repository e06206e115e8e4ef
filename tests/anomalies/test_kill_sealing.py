"""The server is killed at every step of a seal: the log goes on as if nothing had happened.

What was handed out before a crash is still true after it: no index gets another record, no size
another root. What was acknowledged and not sealed is sealed by the next report.
"""

from tests.anomalies.outsider import Outsider
from tests.anomalies.recovery import check, crash, recover, set_up, sweep
from tests.anomalies.reporters import Sent
from tests.anomalies.steps import SEALING
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

FILL = """
from django.db import transaction
from evidence.ledger import log as ledger
from trails.actions.workflows import begin_workflow
from trails.actors import SYSTEM
from trails.models import Trail
trail = Trail.objects.get(name="prod-server-access")
log = trail.organization.log
with transaction.atomic():
    for number in range(256 - ledger.last_checkpoint(log).size % 256 - {missing}):
        begin_workflow(actor=SYSTEM, trail=trail, id=f"filling-{{number}}")
print(ledger.seal(log).size)
"""


def fill(server: Server, missing: int) -> None:
    """Begin workflows until only so many records are missing from the log's tile."""
    done = server.manage("shell", "-v0", "-c", FILL.format(missing=missing))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) % 256 == 256 - missing


def test_at_each_step_of_a_seal(make_server: MakeServer) -> None:
    server, token = set_up(make_server)
    fill(server, missing=15)
    outsider = Outsider(server)
    sent: list[Sent] = []
    for step in SEALING:
        rare = step == "tiles written"
        sent += crash(server, token, outsider, at=step, on=1 if rare else 5)
        check(server, sent, outsider)
    assert outsider.roots
    assert outsider.leaves
    recover(server, token, sent, outsider)
    assert server.sql("SELECT count(*) FROM evidence_tile") == [(1,)]
    sweep(server)

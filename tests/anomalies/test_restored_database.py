"""An older copy of the database is put back: what is reported is kept, and nothing is signed."""

from pathlib import Path

from tests.anomalies.backups import backup_of
from tests.anomalies.ledger_aftermath import check_the_ledgers
from tests.anomalies.outsider import Outsider
from tests.anomalies.reporters import Sent, make_world
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

REFUSAL = """
from evidence.ledger.objections import refusal
from evidence.models import Log
print(refusal(Log.objects.get(origin__endswith="/acme")))
"""


def refusal(server: Server) -> str:
    done = server.manage("shell", "-v0", "-c", REFUSAL)
    assert done.returncode == 0, done.stderr
    return done.stdout


def report(server: Server, token: str, times: int) -> list[str]:
    """Report so many times; return the ids. Each of them is acknowledged."""
    sent = [Sent("run-1") for _ in range(times)]
    for one in sent:
        one.send(server, token)
    return [one.id for one in sent if one.id]


def test_an_older_copy_signs_nothing_until_the_right_one_is_back(
    make_server: MakeServer, tmp_path: Path
) -> None:
    server = make_server(LOG_LEVEL="ERROR", LOG_FORMAT="text")
    token = make_world(server, ["run-1"])
    outsider = Outsider(server)
    server.start()
    report(server, token, 3)
    old = outsider.take_checkpoint(server, token)
    with backup_of(server, "old") as older:
        server.start()
        report(server, token, 4)
        newest = outsider.take_checkpoint(server, token)
        assert old is not None
        assert newest is not None
        with backup_of(server, "right") as right:
            older.restore()
            server.start()
            report(server, token, 2)
            # The copy goes on from where it was, and signs nothing over the new reports.
            assert outsider.take_checkpoint(server, token) == old
            said = (
                f"covers {newest.size} records of {newest.origin}, "
                f"the database only {old.size}: an older copy of the database was restored"
            )
            assert said in server.log
            assert said in refusal(server)
            server.stop()
            # Its own rows fit, but not what is kept outside of it.
            acme = check_the_ledgers(server, [tmp_path])["acme"]
            assert (acme.size, len(acme.pending)) == (old.size, 2)
            fsck = server.manage("fsck")
            assert fsck.returncode == 1
            assert f"{newest.size} records" in fsck.stdout

            right.restore()
            server.start()
            report(server, token, 1)
            last = outsider.take_checkpoint(server, token)
            assert last is not None
            assert last.size == newest.size + 1
            server.stop()
            outsider.check(check_the_ledgers(server)["acme"])

"""Witness and publisher are killed at every step of a cosignature: nothing is said twice.

What the witness has cosigned it remembers; what the log has stored was really signed; and the next
round of publishing makes up for the one that died.
"""

import base64
import itertools
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import policy
from evidence.ledger.note import Algorithm, Key, new_private_key
from evidence.package.report import Name, Outcome, Verdict
from evidence.package.verify import verify
from tests.anomalies.ledger_aftermath import Ledger, check_the_ledgers, check_with_fsck
from tests.anomalies.outsider import Outsider
from tests.anomalies.readers import pinned_key
from tests.anomalies.reporters import TRAIL, Sent, ask, make_world
from tests.anomalies.steps import PUBLISHING, WITNESSING
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT

NAME = "witness.example.org/w1"
KILLED = -9


class Pair:
    """A server with a log, and a witness of it in an installation of its own."""

    def __init__(self, make_server: MakeServer, folder: Path) -> None:
        self.server = make_server(LOG_LEVEL="ERROR")
        self.token = make_world(self.server, ["run-1"])
        self.outsider = Outsider(self.server)
        logs = [pinned_key(self.server, self.outsider, name) for name in ("acme", "rival")]
        self.log_key = logs[0]
        known = folder / "logs"
        known.write_text("".join(f"log {key.vkey}\n" for key in logs))

        pem = new_private_key()
        private = serialization.load_pem_private_key(pem.encode(), None)
        assert isinstance(private, Ed25519PrivateKey)
        self.public = private.public_key()
        self.key = Key(NAME, self.public.public_bytes_raw(), Algorithm.COSIGNATURE)
        self.witness = make_server(
            app="tests.anomalies.crashing_witness:application",
            LOG_LEVEL="ERROR",
            WITNESS_KEY=pem,
            WITNESS_NAME=NAME,
            WITNESS_LOGS_FILE=str(known),
        )
        self.policy = folder / "policy"
        self.policy.write_text(
            f"log {self.log_key.vkey}\nwitness w1 {self.key.vkey} {self.witness.url}\nquorum w1\n"
        )
        self.server.environment["WITNESS_POLICY_FILE"] = str(self.policy)

    def publish(self, crash_at: str = "") -> int:
        """Report something, and publish it once; return the exit status."""
        Sent("run-1").send(self.server, self.token)
        self.outsider.take_checkpoint(self.server, self.token)
        done = subprocess.run(
            [sys.executable, "-m", "tests.anomalies.crashing_publish"],
            cwd=PROJECT,
            env=self.server.environment | {"CRASH_AT": crash_at},
            start_new_session=True,  # it kills its group
            capture_output=True,
        )
        return done.returncode

    def check(self) -> None:
        """Check what both of them have stored; nobody is writing now."""
        ledgers = check_the_ledgers(self.server)
        self.outsider.check(ledgers["acme"])
        remembered = self._check_memory(ledgers)
        for cosigned in self._cosigned():
            assert cosigned in remembered, "It was cosigned and is not remembered."
        assert self.server.sql("SELECT count(*) FROM evidence_contradiction") == [(0,)]
        [(twice,)] = self.server.sql(
            "SELECT count(*) - count(DISTINCT checkpoint_id) FROM evidence_published"
        )
        assert twice == 0

    def _check_memory(self, ledgers: dict[str, Ledger]) -> set[tuple[str, int]]:
        """Check that the witness has seen each log grow, and no other; return what it has seen."""
        rows = self.witness.sql(
            "SELECT origin, number, size, root FROM evidence_witnessed ORDER BY origin, number"
        )
        for origin, group in itertools.groupby(rows, lambda row: row[0]):
            seen, ledger = list(group), ledgers[origin.rpartition("/")[2]]
            assert [row[1] for row in seen] == list(range(1, len(seen) + 1))
            assert [row[2] for row in seen] == sorted(row[2] for row in seen)
            for _, _, size, root in seen:
                assert bytes(root) == ledger.root(size)
        return {(row[0], row[2]) for row in rows}

    def _cosigned(self) -> list[tuple[str, int]]:
        """Return the checkpoints that have a cosignature in the log's rows, each one verified."""
        rows = self.server.sql(
            "SELECT g.origin, c.size, c.note, s.vkey, s.line FROM evidence_cosignature s "
            "JOIN evidence_checkpoint c ON c.id = s.checkpoint_id "
            "JOIN evidence_log g ON g.id = c.log_id"
        )
        for _, _, note, vkey, line in rows:
            assert vkey == self.key.vkey
            text = bytes(note).decode().rpartition("\n\n")[0] + "\n"
            data = base64.b64decode(line.split(" ")[2])
            time, signature = int.from_bytes(data[4:12], "big"), data[12:]
            self.public.verify(signature, f"cosignature/v1\ntime {time}\n{text}".encode())
        return [(row[0], row[1]) for row in rows]

    def verified(self, folder: Path) -> None:
        """Check that the package is verified with the witness, by the policy that was brought."""
        status, body = ask(self.server, "GET", f"{TRAIL}/run-1/package", self.token)
        assert status == 200
        (folder / "run-1.zip").write_bytes(body)
        brought = policy.parse(self.policy.read_bytes())
        report = verify(folder / "run-1.zip", [self.log_key], brought)
        assert report.verdict is Verdict.VERIFIED, report.as_json()
        assert report.checks[Name.WITNESSES].outcome is Outcome.PASSED
        assert report.cosigners == ["w1"]


def test_at_each_step_of_a_cosignature(make_server: MakeServer, tmp_path: Path) -> None:
    pair = Pair(make_server, tmp_path)
    pair.server.start()
    for step in WITNESSING:
        pair.witness.environment["CRASH_AT"] = step
        pair.witness.start()
        assert pair.publish() == 1, f"The witness survived '{step}'."
        pair.witness.kill()
        pair.check()
    assert pair.server.sql("SELECT count(*) FROM evidence_cosignature") == [(0,)]
    pair.witness.environment["CRASH_AT"] = ""
    pair.witness.start()
    for step in PUBLISHING:
        assert pair.publish(crash_at=step) == KILLED, f"The publisher survived '{step}'."
        pair.check()
    assert pair.publish() == 0
    pair.check()
    pair.verified(tmp_path)
    for server in (pair.server, pair.witness):
        server.kill()
        check_with_fsck(server)

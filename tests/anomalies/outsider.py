"""An outsider who keeps everything a log hands out, and never believes it can be taken back.

Over HTTP, with one key that was pinned before: checkpoints, and which record had which index under
which root. The proofs are checked as they come; the memory is compared with the log afterwards.
"""

import base64
import hashlib
import http.client
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests import stranger
from tests.anomalies.ledger_aftermath import Ledger, Said, opened, public_key
from tests.anomalies.reporters import ask
from tests.plugins.server import Server

LOG = "/acme/log"
PAGES = "/acme/prod-server-access"


@dataclass(frozen=True)
class Proof:
    """A proof file: the index it speaks of, the path, and the checkpoint at its end."""

    index: int
    path: Sequence[bytes]
    checkpoint: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Proof":
        """Return the proof of its file (FORMATS §2)."""
        head, _, checkpoint = data.partition(b"\n\n")
        magic, index, *hashes = head.decode().split("\n")
        assert magic == "c2sp.org/tlog-proof@v1"
        path = [base64.b64decode(hash) for hash in hashes]
        return cls(int(index.removeprefix("index ")), path, checkpoint)


class Outsider:
    """Everything one person was handed out, by one log."""

    def __init__(self, server: Server) -> None:
        self.key: Ed25519PublicKey = public_key(server)
        self.roots: dict[int, Said] = {}
        self.leaves: dict[int, bytes] = {}
        self.proofs = self.pending = 0
        self._lock = threading.Lock()

    def keep(self, note: bytes) -> Said:
        """Keep a checkpoint; fails where it is not signed, or is a second one of its size."""
        said = opened(note, self.key)
        with self._lock:
            assert self.roots.setdefault(said.size, said) == said, "The log has forked."
        return said

    def take_checkpoint(self, server: Server, token: str) -> Said | None:
        """Ask for the newest checkpoint; None before the log's first."""
        status, note = ask(server, "GET", f"{LOG}/checkpoint", token)
        if status == 404:
            return None
        assert status == 200, note
        return self.keep(note)

    def take_proof(self, server: Server, token: str, workflow: str, attestation: str) -> None:
        """Ask for a statement and its proof, check it, and keep the index; it may be pending."""
        path = f"{PAGES}/{workflow}/{attestation}"
        status, body = ask(server, "GET", f"{path}/statement", token)
        assert status == 200, body
        status, data = ask(server, "GET", f"{path}/proof", token)
        if status == 404:
            self.pending += 1
            return
        assert status == 200, data
        self.keep_proof(body, Proof.parse(data))

    def keep_proof(self, body: bytes, proof: Proof) -> None:
        """Check a proof of a statement, and keep its index and its checkpoint."""
        said = self.keep(proof.checkpoint)
        leaf = hashlib.sha256(b"\0" + body).digest()
        assert stranger.includes(proof.index, said.size, leaf, proof.path, said.root)
        with self._lock:
            assert self.leaves.setdefault(proof.index, leaf) == leaf, "An index was used twice."
            self.proofs += 1

    def check(self, ledger: Ledger) -> None:
        """Check that the log still tells what it told: each root, and each record at its index."""
        for size, said in self.roots.items():
            assert said.origin == ledger.origin
            assert size <= ledger.size, "The log has shrunk."
            assert ledger.root(size) == said.root, "The log was rewritten."
        for index, leaf in self.leaves.items():
            assert hashlib.sha256(b"\0" + ledger.tree.entries[index]).digest() == leaf


class Looking:
    """A thread that does something again and again until it is stopped or the server is gone."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.failures: list[BaseException] = []
        self.rounds = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(act,))
        self._thread.start()

    def _run(self, act: Callable[[], object]) -> None:
        while not self._stop.is_set():
            try:
                act()
            except (OSError, http.client.HTTPException):
                return  # the server is gone
            except BaseException as error:  # all else is what the tests look for
                self.failures.append(error)
                return
            self.rounds += 1

    def stop(self) -> int:
        """End it and return how many rounds there were; raises what went wrong in one."""
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()
        for failure in self.failures:
            raise failure
        return self.rounds

"""Witnesses in memory: the real judge, with nothing between it and the publisher but a call."""

from collections.abc import Sequence

from evidence.ledger.note import Key
from evidence.ledger.policy import Policy, parse
from evidence.ledger.submission import NoAnswer, Reply
from evidence.witness.judge import NOTHING, Refused, Seen, judge
from tests.logs import witness_key

ADDRESS = "https://{}.example.com"


class Witness:
    """A witness of one log; a test may make it forget, or take it off the line."""

    def __init__(self, name: str, number: int, origin: str) -> None:
        self.name = name
        self.url = ADDRESS.format(name)
        self.key = witness_key(f"{name}.example.com", number)
        self.origin = origin
        self.log_keys: Sequence[Key] = ()
        self.seen = NOTHING
        self.is_reachable = True
        self.asked: list[bytes] = []
        self.time = 1_700_000_000

    def answer(self, body: bytes) -> Reply:
        """Answer a request as the protocol says."""
        self.asked.append(body)
        try:
            said = judge(body, {self.origin: self.log_keys}, lambda origin: self.seen).checkpoint
        except Refused as refused:
            return Reply(refused.status, refused.content_type, f"{refused}\n".encode())
        self.seen = Seen(said.size, said.root)
        self.time += 1
        return Reply(200, "text/plain", self.key.sign(said.text, time=self.time).line.encode())


class Network:
    """Carries what a publisher sends to the witness at that address."""

    def __init__(self, *witnesses: Witness) -> None:
        self.witnesses = {witness.url: witness for witness in witnesses}

    def policy(self, quorum: str) -> Policy:
        """Return the policy of a publisher that asks them all; `quorum` is its last lines."""
        lines = [f"witness {w.name} {w.key.key.vkey} {w.url}\n" for w in self.witnesses.values()]
        return parse(("".join(lines) + quorum).encode())

    def send(self, url: str, body: bytes, content_type: str, limit: int) -> Reply:
        """Bring a body to a witness and its answer back."""
        prefix, _, call = url.rpartition("/")
        assert call == "add-checkpoint"
        witness = self.witnesses[prefix]
        if not witness.is_reachable:
            raise NoAnswer("No answer: the line is dead.")
        return witness.answer(body)

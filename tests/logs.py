"""Logs of strangers: trees in memory that sign checkpoints, for whoever has to judge them. Pure."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.ledger import merkle, proof
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Algorithm, Note, SigningKey
from evidence.ledger.proof_file import Consistency


class Stranger:
    """A log that anybody could run. `fork` tells its histories apart: each has other leaves."""

    def __init__(self, origin: str = "log.example.com/behind-the-sofa", number: int = 1) -> None:
        private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.key = SigningKey(origin, private)
        self.origin = origin
        self.vkey = self.key.key.vkey

    def leaves(self, start: int, stop: int, fork: int = 0) -> list[bytes]:
        """Return hashes of its leaves; a fork differs from the first leaf on."""
        return [merkle.leaf_hash(f"{fork} {index}".encode()) for index in range(start, stop)]

    def root(self, size: int, fork: int = 0) -> bytes:
        """Return the root over its first leaves."""
        return merkle.root(self.leaves(0, size, fork))

    def note(self, size: int, fork: int = 0, extensions: tuple[str, ...] = ()) -> bytes:
        """Return a signed checkpoint."""
        said = Checkpoint(self.origin, size, self.root(size, fork), extensions)
        return bytes(Note(said.text, [self.key.sign(said.text)]))

    def request(self, old: int, size: int, fork: int = 0) -> bytes:
        """Return the body of an `add-checkpoint`, with the proof that belongs to it."""
        path = proof.consistency(
            old, size, lambda start, stop: merkle.root(self.leaves(start, stop, fork))
        )
        return bytes(Consistency(old, path, self.note(size, fork)))


def witness_key(name: str = "witness.example.com/w1", number: int = 101) -> SigningKey:
    """Return the key of some witness."""
    private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return SigningKey(name, private, Algorithm.COSIGNATURE)

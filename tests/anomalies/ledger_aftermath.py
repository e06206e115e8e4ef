"""What became of the logs, read past Django and checked without the product's own tree code.

Everything in here is recomputed from the bodies of records by `tests.stranger`, and signatures are
checked with the public half of the server's key. Call it when nobody is writing.
"""

import base64
import hashlib
import itertools
import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests import stranger
from tests.anomalies.aftermath import plain
from tests.plugins.server import Server

WIDTH = 256


class Said(NamedTuple):
    """What a signed checkpoint says, once its signature was checked."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Ledger:
    """A log as it is in the database: its records' ids by index, their tree, and its checkpoints.

    `pending` are the ids of the records that no checkpoint covers, in the order of the queue.
    """

    id: uuid.UUID
    origin: str
    records: list[str]
    tree: stranger.Tree
    pending: list[str]
    checkpoints: list[Said]

    @property
    def size(self) -> int:
        """How many records the newest checkpoint covers."""
        return self.checkpoints[-1].size if self.checkpoints else 0

    def root(self, size: int) -> bytes:
        """Return the root over the first records."""
        return self.tree.mth(0, size)


def public_key(server: Server) -> Ed25519PublicKey:
    """Return the public half of the key that a server's environment holds."""
    pem = server.environment["LOG_KEY"].encode()
    private = serialization.load_pem_private_key(pem, None)
    assert isinstance(private, Ed25519PrivateKey)
    return private.public_key()


def opened(note: bytes, key: Ed25519PublicKey) -> Said:
    """Return what a signed checkpoint says; raises where the key did not sign it."""
    text, _, lines = note.decode().rpartition("\n\n")
    origin, size, root = text.split("\n")
    name, signature = lines.split("\n")[0].removeprefix("\N{EM DASH} ").split(" ")
    assert name == origin
    key.verify(base64.b64decode(signature)[4:], f"{text}\n".encode())
    return Said(origin, int(size), base64.b64decode(root))


def check_the_ledgers(server: Server, folders: Iterable[Path] = ()) -> dict[str, Ledger]:
    """Check every log of a server; return them by their organization's name.

    `folders` are where copies of checkpoints are kept; by default, where this server keeps them.
    """
    key = public_key(server)
    ledgers = {}
    for id, origin in server.sql("SELECT id, origin FROM evidence_log"):
        ledger = _read(server, id, origin, key)
        _check_tiles(server, id, ledger)
        for folder in folders or [server.data_dir / "checkpoints"]:
            _check_copy(folder / f"{ledger.id}.checkpoint", ledger, key)
        ledgers[origin.rpartition("/")[2]] = ledger
    [(strays,)] = server.sql(
        "SELECT count(*) FROM evidence_pending p LEFT JOIN evidence_record r "
        "ON r.id = p.record_id WHERE r.id IS NULL OR r.log_id <> p.log_id"
    )
    assert strays == 0, "Something waits that is no record of its log."
    return ledgers


def _read(server: Server, id: object, origin: str, key: Ed25519PublicKey) -> Ledger:
    """Read a log, and check that each record has one place and each checkpoint the right root."""
    leaves = server.sql(
        f'SELECT l."index", r.id, r.body, r.leaf_hash, r.log_id FROM evidence_leaf l '  # noqa: S608
        f"LEFT JOIN evidence_record r ON r.id = l.record_id WHERE l.log_id = '{id}' "
        'ORDER BY l."index"'
    )
    assert [leaf[0] for leaf in leaves] == list(range(len(leaves))), "a gap or a second use"
    assert all(plain(leaf[4]) == plain(id) for leaf in leaves), "a leaf in another log"
    bodies = [bytes(leaf[2]) for leaf in leaves]
    for body, leaf in zip(bodies, leaves, strict=True):
        assert hashlib.sha256(b"\0" + body).hexdigest() == leaf[3]
    records = [plain(leaf[1]) for leaf in leaves]
    waiting = f"SELECT record_id FROM evidence_pending WHERE log_id = '{id}' ORDER BY id"  # noqa: S608
    pending = [plain(record) for (record,) in server.sql(waiting)]
    every = server.sql(f"SELECT id FROM evidence_record WHERE log_id = '{id}'")  # noqa: S608
    assert sorted([*records, *pending]) == sorted(plain(record) for (record,) in every)

    tree, checkpoints = stranger.Tree(bodies), list[Said]()
    for size, previous, root, note in server.sql(
        "SELECT size, previous_size, root, note FROM evidence_checkpoint "  # noqa: S608
        f"WHERE log_id = '{id}' ORDER BY size"
    ):
        said = opened(bytes(note), key)
        assert said == Said(origin, size, bytes(root))
        assert previous == (checkpoints[-1].size if checkpoints else 0)
        assert size > previous
        assert said.root == tree.mth(0, size)
        checkpoints.append(said)
    ledger = Ledger(
        uuid.UUID(str(id)), origin, records, tree, pending=pending, checkpoints=checkpoints
    )
    assert ledger.size == len(records), "leaves that no checkpoint covers"
    return ledger


def _check_tiles(server: Server, id: object, ledger: Ledger) -> None:
    """Check that the full tiles are stored, no others, and hold the roots of their subtrees."""
    expected = {}
    for level in itertools.count():
        span = WIDTH ** (level + 1)
        if ledger.size < span:
            break
        for index in range(ledger.size // span):
            start, each = index * span, span // WIDTH
            hashes = [ledger.tree.mth(at, at + each) for at in range(start, start + span, each)]
            expected[level, index] = b"".join(hashes), ledger.tree.mth(start, start + span)
    stored = server.sql(
        f"SELECT level, \"index\", hashes, root FROM evidence_tile WHERE log_id = '{id}'"  # noqa: S608
    )
    assert len(stored) == len(expected)
    assert {(row[0], row[1]): (bytes(row[2]), bytes(row[3])) for row in stored} == expected


def _check_copy(path: Path, ledger: Ledger, key: Ed25519PublicKey) -> None:
    """Check that the copy outside knows nothing that the database does not know."""
    if path.exists():
        said = opened(path.read_bytes(), key)
        assert said in ledger.checkpoints


def check_that_all_are_sealed(server: Server, ids: Iterable[str]) -> None:
    """Check that these attestations are leaves of a log."""
    sealed = {
        plain(id)
        for (id,) in server.sql(
            "SELECT a.id FROM trails_attestation a "
            "JOIN evidence_leaf l ON l.record_id = a.record_id"
        )
    }
    assert {plain(id) for id in ids} <= sealed


def check_with_fsck(server: Server) -> None:
    """Check that the product's own check of everything finds nothing either."""
    done = server.manage("fsck")
    assert done.returncode == 0, f"{done.stdout}{os.linesep}{done.stderr}"

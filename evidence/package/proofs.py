"""The `proof/` directory of an evidence package: what ties its statements to the log. Pure.

FORMATS §3. Each statement lies there as the exact bytes of its record, beside the proof that they
are a leaf under the package's one checkpoint. The key is there for convenience and proves nothing:
whoever verifies brings the key they trust.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.ledger.proof_file import Inclusion
from evidence.package import disposals
from evidence.package.bag import Tag, directory_names

DIRECTORY = "proof"
KEY = f"{DIRECTORY}/log.vkey"
CHECKPOINT = f"{DIRECTORY}/checkpoint"
TIMESTAMP = f"{DIRECTORY}/checkpoint.tsr"
"""The answer of an RFC 3161 authority, DER, over the SHA-256 of the checkpoint's text."""
WORKFLOW = "workflow"
STATEMENT_SUFFIX, PROOF_SUFFIX = ".json", ".tlog-proof"


def statement_path(name: str) -> str:
    """Return where the statement of that name is: `workflow`, or a directory's name."""
    return f"{DIRECTORY}/{name}{STATEMENT_SUFFIX}"


def proof_path(name: str) -> str:
    """Return where the proof of the statement of that name is."""
    return f"{DIRECTORY}/{name}{PROOF_SUFFIX}"


@dataclass(frozen=True, slots=True)
class Proven:
    """A record's body, its index in the log, and its path to the checkpoint's root."""

    body: bytes
    index: int
    path: Sequence[bytes]


def tags(
    *,
    vkey: str,
    checkpoint: bytes,
    workflow: Proven,
    attestations: Iterable[tuple[str, Proven]],
    disposed: Iterable[Proven] = (),
    timestamp: bytes | None = None,
) -> list[Tag]:
    """Return the files of `proof/`, in their order.

    `attestations` are each one's step and record, in number order: their files are named after
    their directories below `data/`. `disposed` are the records of acts of disposal, in order.
    """
    attestations = list(attestations)
    names = directory_names(step for step, _ in attestations)
    files = [(KEY, f"{vkey}\n".encode()), (CHECKPOINT, checkpoint)]
    if timestamp is not None:
        files.append((TIMESTAMP, timestamp))
    proven = zip(names, (record for _, record in attestations), strict=True)
    acts = ((disposals.name(place), record) for place, record in enumerate(disposed, start=1))
    for name, record in [(WORKFLOW, workflow), *proven, *acts]:
        proof = bytes(Inclusion(record.index, record.path, checkpoint))
        files.append((statement_path(name), record.body))
        files.append((proof_path(name), proof))
    return [Tag.from_bytes(name, data) for name, data in files]


def external_text(external: Iterable[Mapping[str, Any]]) -> bytes:
    """Return `external.txt`: the links of an attestation, as its statement lists them, a line each.

    Whoever verifies a package writes it again from the statement and compares the bytes.
    """
    lines = [
        f"{link['uri']}  {link['name']}  sha256:{link.get('digest', {}).get('sha256', '-')}\n"
        for link in external
    ]
    return "".join(lines).encode()

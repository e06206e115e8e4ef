"""How to take an example apart and put it together again, for those who do harm to it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from evidence.ledger import note, statement
from evidence.ledger.note import Note
from evidence.package import proofs
from tests import packages
from tests.packages import Example, example

LOG = "data/user-identity/session.log"
LATER_LOG = "data/user-identity.2/session.log"


def changed(data: bytes) -> bytes:
    """Return the bytes with a bit of the first one turned."""
    return bytes([data[0] ^ 1]) + data[1:]


def moved(given: Example, old: str, new: str) -> Example:
    """Rename everything below the root that begins with `old`, where it stands."""
    old, new = given.path(old), given.path(new)
    parts = {
        new + name.removeprefix(old) if name.startswith(old) else name: data
        for name, data in given.parts.items()
    }
    return replace(given, parts=parts)


def ordered(given: Example, key: Callable[[str], int]) -> Example:
    """Return the example with its members in the order of a key."""
    parts = dict(sorted(given.parts.items(), key=lambda item: key(item[0])))
    return replace(given, parts=parts)


def swapped(given: Example, one: str, other: str) -> Example:
    """Let two members stand in each other's place."""
    names = list(given.parts)
    i, j = names.index(given.path(one)), names.index(given.path(other))
    names[i], names[j] = names[j], names[i]
    return ordered(given, names.index)


def after(given: Example, name: str, data: bytes, before: str) -> Example:
    """Add a file so that it stands right after `before`."""
    names = [n for n in given.parts if n != given.path(name)]
    names.insert(names.index(given.path(before)) + 1, given.path(name))
    return ordered(given.having({name: data}), names.index)


def checkpointed(given: Example, checkpoint: bytes) -> Example:
    """Put another checkpoint into the package, everywhere where one is."""
    old = given.get(proofs.CHECKPOINT)
    changes: dict[str, bytes | None] = {
        name.removeprefix(given.path("")): data.removesuffix(old) + checkpoint
        for name, data in given.parts.items()
        if name.endswith((proofs.PROOF_SUFFIX, "/checkpoint"))
    }
    return given.having(changes).rebagged()


def restated(given: Example, name: str, old: bytes, new: bytes) -> Example:
    """Change what a statement says, which is there once, and make the bag fit."""
    body = given.get(name)
    assert body.count(old) == 1, (name, old)
    return given.having({name: body.replace(old, new)}).rebagged()


def patched(data: bytes, start: int, new: bytes) -> bytes:
    """Return the bytes with others written over them from `start`."""
    return data[:start] + new + data[start + len(new) :]


def tag_manifest_fixed(given: Example) -> Example:
    """Return the example with a tag manifest that fits its files."""
    data = given.path("data/")
    manifest = "".join(
        f"{statement.sha256(content)}  {name.removeprefix(given.path(''))}\n"
        for name, content in given.parts.items()
        if not name.startswith(data) and not name.endswith("/tagmanifest-sha256.txt")
    )
    return given.having({"tagmanifest-sha256.txt": manifest.encode()})


def log_says(place: int, /, **changes: Any) -> Example:
    """Return a package whose log holds and proves a statement that says something else."""
    subject, opening = "acme/prod-server-access", opening_body()
    attested = packages.ATTESTATIONS[place - 1]
    body = packages.attestation_statement(f"{subject}/run-1", opening, place, attested, **changes)
    return example(bodies={place: body})


def opening_body(**changes: Any) -> bytes:
    """Return the statement that opens the example's workflow, or one that says something else."""
    return packages.workflow_statement("acme/prod-server-access", "run-1", **changes)


def signatures_changed(given: Example, index: int, change: Callable[[bytes], bytes]) -> Example:
    """Return the example with the bytes of one signature of its checkpoint changed."""
    signed = note.parse(given.get(proofs.CHECKPOINT))
    signatures = list(signed.signatures)
    signatures[index] = signatures[index]._replace(data=change(signatures[index].data))
    return checkpointed(given, bytes(Note(signed.text, signatures)))

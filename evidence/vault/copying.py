"""Copies a whole vault to another one, by their names alone: no database is asked.

For a move to another store, and back from a backup. What is under a digest must have that digest,
at the source and at the target; what has another name is told and left. It goes on where it was
interrupted, because what is there is skipped.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256 as new_sha256
from typing import Any

from evidence.errors import Corrupt
from evidence.vault import copies
from evidence.vault.copies import Watch, unwatched

# Beside the evidence stand uploads that wait, canaries of a self-test, and damaged bytes.
_OWN = ("staging/", "checks/", "damaged/", "incoming/")


class Did(StrEnum):
    """What became of one object."""

    COPIED = "copied"
    THERE = "there"
    FAILED = "failed"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Step:
    """One object: what was done with it, its size, and why if it failed."""

    name: str
    did: Did
    size: int = 0
    reason: str = ""


def copy_all(
    source: Any,
    target: Any,
    *,
    at_once: int,
    verify: bool = False,
    watch: Watch = unwatched,
) -> Iterator[Step]:
    """Copy every blob of a vault that the other one lacks, and yield each in the source's order.

    `verify` reads those that are there already, too. `VaultUnavailable` ends it: run it again.
    """
    going: deque[Future[Step]] = deque()
    with ThreadPoolExecutor(at_once, thread_name_prefix="copy") as pool:
        try:
            for name in source.names(""):
                if name.startswith(_OWN):
                    continue
                going.append(pool.submit(_step, source, target, name, verify, watch))
                if len(going) >= 2 * at_once:
                    yield going.popleft().result()
            while going:
                yield going.popleft().result()
        finally:
            for future in going:
                future.cancel()


def _step(source: Any, target: Any, name: str, verify: bool, watch: Watch) -> Step:
    sha256 = name.rpartition("/")[2]
    if not copies.is_digest(sha256) or name != copies.address(sha256):
        return Step(name, Did.FOREIGN)
    size = copies.size_in(source, name)
    if size is None:
        return Step(name, Did.FAILED, 0, "It was removed while it was copied.")
    there = copies.size_in(target, name)
    try:
        if there is None:
            copies.transfer(source, target, sha256, watch)
            return Step(name, Did.COPIED, size)
        if there != size:
            return Step(name, Did.FAILED, size, f"There it has {there} bytes, here {size}.")
        if verify:
            _refuse_other(target, name, sha256, watch)
    except (Corrupt, OSError) as error:
        return Step(name, Did.FAILED, size, str(error))
    copies.carry_retention(source, target, name)
    return Step(name, Did.THERE, size)


def _refuse_other(target: Any, name: str, sha256: str, watch: Watch) -> None:
    digester = new_sha256()
    for piece in copies.pieces(target, name, watch):
        digester.update(piece)
    if digester.hexdigest() != sha256:
        raise Corrupt(f"The target holds other bytes: {digester.hexdigest()}.")

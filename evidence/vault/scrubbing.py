"""Scrubbing: reads the copies of the evidence again, a part at a time, and keeps what it finds.

Threat. Bytes rot, or somebody changes them, while nobody asks for them; when somebody does, the
other copy may have rotted, too. Every blob is read once per round (`evidence.vault.rounds`), so
damage is known while the other copy is whole.

A finding is written once and stays open until its bytes were read as recorded. Repairs nothing:
that is `repairing`.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from evidence import locks
from evidence.findings import Finding, Kind
from evidence.vault import copies, rounds, scrub
from evidence.vault.copies import Copy, Watch
from evidence.vault.rounds import Part, Wait
from evidence.vault.rows import Closing, Round, ScrubFinding, ScrubRepair, Uncopied

Disposed = Callable[[Collection[str]], Collection[str]]
"""Gives those of some digests whose evidence was disposed of: their bytes need not be there."""


def nothing_disposed(digests: Collection[str]) -> Collection[str]:
    """Say that all evidence is kept."""
    return ()


def work(copy: Copy) -> str:
    """Return the name of the rounds that scrub a copy."""
    return f"scrub {copy}"


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was found in one part: how many blobs and bytes it had, and what is wrong."""

    blobs: int
    bytes: int
    findings: list[Finding]


def part(
    copy: Copy,
    round: Round,
    *,
    watch: Watch,
    disposed: Disposed = nothing_disposed,
    at_most: int | None = None,
) -> Scrubbed | Wait | None:
    """Read the next part of a round and keep what is wrong. None when the round is over.

    When it fails or is stopped, what it had taken is due again at once, and nothing of it is kept.
    `VaultUnavailable` when the store is away: that is no finding.
    """
    taken = rounds.take(round, at_most)
    if not isinstance(taken, Part):
        return taken
    try:
        scrubbed = _read(copy, taken, watch, disposed)
    except BaseException:
        rounds.give_back(taken)
        raise
    found = scrubbed.findings
    rounds.done(taken, blobs=scrubbed.blobs, size=scrubbed.bytes, findings=len(found))
    return scrubbed


def _read(copy: Copy, taken: Part, watch: Watch, disposed: Disposed) -> Scrubbed:
    alive = _StaysAlive(taken, watch)
    findings, size, whole = [], 0, []
    for row in taken.blobs:
        alive(0)
        found = scrub.check(row, where=copy, watch=alive)
        if found is None:
            size += row["size"]
            whole.append(row["sha256"])
        else:
            # What rows say is asked after the bytes: they may have been disposed of meanwhile.
            findings += _that_count(copy, found, disposed)
    if any(found.kind is Kind.MISSING for found in findings):
        copies.refuse_if_away(copies.storage(copy))
    keep(copy, findings)
    close(copy, whole, Closing.READ)
    return Scrubbed(len(taken.blobs), size, findings)


def _that_count(copy: Copy, found: Finding, disposed: Disposed) -> list[Finding]:
    """Return a finding unless its bytes should not be there, or are not there yet."""
    if disposed([found.id]):
        close(copy, [found.id], Closing.DISPOSED)
        return []
    waits = copy is Copy.REPLICA and found.kind is Kind.MISSING
    if waits and Uncopied.objects.filter(blob=found.id).exists():
        return []
    return [found]


def keep(copy: Copy, findings: Iterable[Finding]) -> None:
    """Write findings, but for those that are open with the same words already."""
    for found in findings:
        said = found.as_json()
        words = {"kind": said["kind"], "reason": said["reason"]}
        with _findings_of(found.id):
            known = ScrubFinding.objects.open().filter(blob=found.id, vault=copy, **words)
            if not known.exists():
                ScrubFinding.objects.create(blob_id=found.id, vault=copy, **words)


def close(copy: Copy, digests: Collection[str], how: Closing, kept_as: str = "") -> int:
    """Close the open findings of blobs in one copy. Returns how many there were."""
    count = 0
    waiting = ScrubFinding.objects.open().filter(vault=copy, blob__in=list(digests))
    for sha256 in sorted(set(waiting.values_list("blob_id", flat=True))):
        with _findings_of(sha256):
            for found in waiting.filter(blob=sha256):
                ScrubRepair.objects.create(finding=found, how=how, kept_as=kept_as)
                count += 1
    return count


@contextmanager
def _findings_of(sha256: str) -> Iterator[None]:
    """Keep others from writing about the same blob within the block."""
    with transaction.atomic():
        locks.exclusive("scrub findings", sha256)
        yield


class _StaysAlive:
    """Passes on what was read, and says now and then that the part is still being read."""

    def __init__(self, part: Part, watch: Watch) -> None:
        self._part, self._watch = part, watch
        self._said = time.monotonic()

    def __call__(self, size: int) -> None:
        self._watch(size)
        now = time.monotonic()
        if now - self._said > rounds.RENEWED_EVERY:
            rounds.renew(self._part)
            self._said = now

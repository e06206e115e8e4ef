"""Repairs one copy of a blob from the other, after reading both, and closes what was found.

Downloads do not fall back on the replica: a vault whose damage nobody sees is repaired by nobody.
A download of damaged evidence fails, and one command repairs it.
"""

from dataclasses import dataclass

from evidence.errors import Corrupt
from evidence.findings import Finding
from evidence.models import Blob
from evidence.vault import copies, erasing, scrub, scrubbing, staging
from evidence.vault.copies import Copy, Watch, unwatched
from evidence.vault.digest import Digest
from evidence.vault.restoring import restore
from evidence.vault.rows import Closing, Uncopied
from evidence.vault.scrubbing import Disposed, nothing_disposed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one copy of a blob. `finding` is what is still wrong with it."""

    sha256: str
    copy: Copy
    finding: Finding | None = None
    was_restored: bool = False
    kept_as: str = ""
    is_disposed: bool = False


def repair(
    blob: Blob, *, watch: Watch = unwatched, disposed: Disposed = nothing_disposed
) -> list[Outcome]:
    """Read every copy of a blob and restore the one that is damaged. Returns one outcome each.

    Where no copy is right nothing is touched, and all outcomes have findings, which are kept.
    """
    if disposed([blob.sha256]):
        return [_disposed(blob, copy) for copy in copies.kept()]
    row = {"sha256": blob.sha256, "size": blob.size, "crc32": blob.crc32}
    wrong = {copy: scrub.check(row, where=copy, watch=watch) for copy in copies.kept()}
    outcomes = []
    for copy, finding in wrong.items():
        if finding is None:
            scrubbing.close(copy, [blob.sha256], Closing.READ)
            outcomes.append(Outcome(blob.sha256, copy))
            continue
        scrubbing.keep(copy, [finding])
        if copy.other in wrong and wrong[copy.other] is None:
            outcomes.append(_restore(blob, copy, watch))
        else:
            outcomes.append(Outcome(blob.sha256, copy, finding))
    if disposed([blob.sha256]):
        # It was disposed of meanwhile, and what was put back came after its removal.
        for _ in erasing.erase([blob.sha256], disposed):
            pass
        return [_disposed(blob, copy) for copy in copies.kept()]
    return outcomes


def _restore(blob: Blob, copy: Copy, watch: Watch) -> Outcome:
    """Put the bytes of the other copy in the place of this one's, and read them back."""
    source, target = copies.storage(copy.other), copies.storage(copy)
    copies.refuse_if_away(target)
    recorded, name = Digest(blob.sha256, blob.crc32, blob.size), copies.address(blob.sha256)
    until = source.retained_until(name)  # now: an act of disposal may remove it any moment
    staged = staging.stage(copies.pieces(source, name, watch))
    try:
        if staged.digest != recorded:  # it was right when it was read a moment ago
            raise Corrupt(f"The {copy.other} gave other bytes of {blob.sha256} than before.")
        kept_as = restore(target, blob.sha256, staged)
    finally:
        staged.discard()
    if until is not None:
        target.retain(name, until)
    row = {"sha256": blob.sha256, "size": blob.size, "crc32": blob.crc32}
    finding = scrub.check(row, where=copy, watch=watch)
    if finding is None:
        scrubbing.close(copy, [blob.sha256], Closing.RESTORED, kept_as)
        if copy is Copy.REPLICA:
            Uncopied.objects.filter(blob=blob).delete()
    return Outcome(blob.sha256, copy, finding, finding is None, kept_as)


def _disposed(blob: Blob, copy: Copy) -> Outcome:
    scrubbing.close(copy, [blob.sha256], Closing.DISPOSED)
    return Outcome(blob.sha256, copy, is_disposed=True)

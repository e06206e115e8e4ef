"""Removes bytes for good that nobody needs any more, and never bytes that somebody is naming.

Threat. The row of a blob stays for ever, so nothing keeps a report from naming the same bytes at
the moment when they are removed: it would find them in the vault, and commit a name without bytes.
So who names bytes that were there before holds a lock until its transaction ends, and whoever
removes bytes takes it for itself: one of the two comes first. If the name does, its row is seen
here; if the removal does, the bytes are missed in `store.name` and promoted again.

What is removed is asked for again whenever somebody calls: a crash leaves bytes and no more.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from evidence import locks
from evidence.errors import Retained
from evidence.vault import copies, store

Spent = Callable[[Collection[str]], Collection[str]]
"""Gives those of some digests whose bytes nobody needs any more."""

# So many under one lock, which whoever names bytes of the same beginning waits for.
_AT_ONCE = 20
_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: `gone` are no longer in any copy, `retained` are kept by a store."""

    gone: int = 0
    retained: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(self.gone + other.gone, self.retained + other.retained)


def erase(digests: Iterable[str], spent: Spent) -> Iterator[Erased]:
    """Remove the bytes of digests that are spent, from every copy; yield after every few."""
    for part, few in _by_part(digests):
        with transaction.atomic():
            locks.exclusive_part(store.PURPOSE, part)
            yield sum(map(_remove, sorted(spent(few))), Erased())


def erase_everything(spent: Spent) -> Erased:
    """Remove all bytes in any copy that are spent."""
    total = Erased()
    for copy in copies.kept():
        names = copies.storage(copy).names(f"{copies.FOLDER}/")
        digests = (name.rsplit("/", 1)[-1] for name in names)
        while some := list(islice(digests, _ASKED_AT_ONCE)):
            total += sum(erase(sorted(spent(some)), spent), Erased())
    return total


def _by_part(digests: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    few: list[str] = []
    for sha256 in sorted(digests):
        if few and (len(few) == _AT_ONCE or store.part_of(few[0]) != store.part_of(sha256)):
            yield store.part_of(few[0]), few
            few = []
        few.append(sha256)
    if few:
        yield store.part_of(few[0]), few


def _remove(sha256: str) -> Erased:
    retained = False
    for copy in copies.kept():
        storage = copies.storage(copy)
        # What a repair has kept of them may differ in one bit. The bytes themselves come last: as
        # long as they are there, a crash leaves them to be asked for again.
        damaged = list(storage.names(f"{copies.DAMAGED}/{sha256}."))
        for name in (*damaged, store.address(sha256)):
            try:
                storage.erase(name)
            except FileNotFoundError:
                pass  # by an earlier call, or this copy never had it
            except Retained:
                retained = True
    return Erased(retained=1) if retained else Erased(gone=1)

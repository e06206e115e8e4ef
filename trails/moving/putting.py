"""Brings the files of an export into the vault, and sees that they are there for the rows."""

from collections.abc import Callable

from evidence import locks
from evidence.models import Blob
from evidence.vault import copies, replica, store
from trails.moving.scratch import batches
from trails.moving.source import Source

Progress = Callable[[str, int, int], object]
"""Is told what is being done, and how much of how much."""

_FILES_AT_ONCE, _BYTES_AT_ONCE = 64, 64 << 20
_ASKED_AT_ONCE = 500


def put(source: Source, progress: Progress) -> None:
    """Put every file of evidence into the vault, durable, some of them together.

    What is there already is read back and stays: an import that was interrupted goes on.
    """
    done, size = 0, 0
    staged: list[store.Staged] = []
    try:
        for entry, sha256 in source.evidence():
            if not _is_there(source, sha256, entry.size):
                staged.append(source.stage(entry, sha256))
                size += entry.size
            done += entry.size
            if len(staged) >= _FILES_AT_ONCE or size >= _BYTES_AT_ONCE:
                store.promote_all(staged)
                _discard(staged)
                size = 0
            progress("evidence", done, source.checked.size)
        store.promote_all(staged)
    finally:
        _discard(staged)


def put_what_is_missing(source: Source) -> None:
    """See that the vault holds whatever the rows name; call it in the transaction that names it.

    What was put, or found, before the transaction may have been swept or disposed of since. From
    the rows on, and from this lock, nobody removes it any more.
    """
    locks.shared_parts(store.PURPOSE, range(256))
    for some in batches(source.scratch.needed(), _ASKED_AT_ONCE):
        addresses = {store.address(sha256): sha256 for sha256 in some}
        for address in store.storage().absent(addresses):
            staged = [source.stage_digest(addresses[address])]
            try:
                store.promote_all(staged)
            finally:
                _discard(staged)
        if copies.has_replica():
            replica.queue(some)


def _is_there(source: Source, sha256: str, size: int) -> bool:
    """Tell whether the vault holds these bytes. `Corrupt` if it holds others in their place."""
    if not store.storage().exists(store.address(sha256)):
        return False
    store.verify(Blob(sha256=sha256, size=size, crc32=source.scratch.crc32(sha256)))
    return True


def _discard(staged: list[store.Staged]) -> None:
    for one in staged:
        one.discard()
    staged.clear()

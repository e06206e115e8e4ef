"""Reads the vault back: every blob's bytes against its row, and every file against the rows.

Threat. A disk loses bits, and an administrator of the file system removes or changes a file. The
vault notices when somebody asks for that file, which may be years later and too late to restore it
from a copy. `manage.py fsck` asks for all of them.

Reads only: what no row names is reported, and removed by `store.sweep` when it is old enough.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from evidence import raw_rows
from evidence.errors import Corrupt
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.models import Blob
from evidence.raw_rows import Row
from evidence.vault import copies, store
from evidence.vault.copies import Copy, Watch, unwatched
from evidence.vault.digest import Digest, Digester

TABLE = Blob._meta.db_table
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOLDER = "blobs/sha256"
# Small, so that an interrupted check of large files has little to read again.
_AT_ONCE = 32
_NEXT = "Restore them from a copy: `manage.py repair`."

Belongs = Callable[[Collection[str]], Collection[str]]
"""Gives those of some digests that belong to the log that is checked."""
Disposed = Callable[[Collection[str]], Collection[str]]
"""Gives those of some digests whose evidence was disposed of, and whose bytes nobody needs."""


def blobs(
    scope: Scope, belongs: Belongs | None = None, *, disposed: Disposed | None = None
) -> Part:
    """Return the part that looks for the bytes of every blob, and reads those of the sample.

    Bytes that were disposed of need not be there. Where they still are, that is told.
    """

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(Blob, "sha256 size crc32", after=after, limit=_AT_ONCE):
            if belongs is not None:
                ours = belongs([str(row["sha256"]) for row in page])
                page = [row for row in page if str(row["sha256"]) in ours]
            findings: list[Finding] = []
            read = 0
            for row in page:
                reads = scope.reads_bytes and scope.chooses(row["sha256"])
                found = check(row, reads=reads)
                findings += [found] if found else []
                read += row["size"] if reads and found is None else 0
            # Asked after the bytes: they may have been disposed of meanwhile.
            gone = disposed(_plain(page)) if disposed else ()
            yield Step(end, list(_judged(page, findings, gone)), len(page), read)

    return Part("blobs", steps)


def _plain(page: list[Row]) -> list[str]:
    """Return the digests of rows that are some."""
    digests = (row["sha256"] for row in page)
    return [sha256 for sha256 in digests if isinstance(sha256, str) and _SHA256.fullmatch(sha256)]


def _judged(
    page: list[Row], findings: list[Finding], disposed: Collection[str]
) -> Iterator[Finding]:
    """Yield what is wrong with bytes that somebody needs, and what is left of those disposed of."""
    missing = {finding.id for finding in findings if finding.kind is Kind.MISSING}
    yield from (finding for finding in findings if finding.id not in disposed)
    for sha256 in sorted(set(disposed).intersection(_plain(page)) - missing):
        reason = "It was disposed of, and its bytes are still there. `manage.py sweep` goes on."
        yield Finding(Kind.UNNAMED, TABLE, sha256, reason)


def check(
    row: Row, *, reads: bool = True, where: Copy = Copy.VAULT, watch: Watch = unwatched
) -> Finding | None:
    """Return what is wrong with the bytes of a blob in one of its copies, None if nothing is.

    `row` has `sha256`, `size` and `crc32`, whatever is in them. `watch` is told of each piece read.
    """
    sha256, size, crc32 = row["sha256"], row["size"], row["crc32"]
    plain = isinstance(sha256, str) and _SHA256.fullmatch(sha256)
    # What is no digest would be an address outside the vault.
    if not plain or not isinstance(size, int) or not isinstance(crc32, int):
        reason = f"This is no digest with a size and a CRC-32: {size}, {crc32}."
        return Finding(Kind.MALFORMED, TABLE, str(sha256), reason)
    storage = copies.storage(where)
    try:
        if reads:
            _read(Digest(sha256, crc32, size), storage, where, watch)
        else:
            found = storage.size(store.address(sha256))
            if found != size:
                raise Corrupt(f"size is {size}, and the file has {found} bytes.")
    except FileNotFoundError:
        reason = f"Its bytes are not in the {where}. {_NEXT}"
        return Finding(Kind.MISSING, TABLE, sha256, reason)
    except Corrupt as error:
        return Finding(Kind.ALTERED, TABLE, sha256, str(error))
    except OSError as error:
        return Finding(Kind.MALFORMED, TABLE, sha256, f"Its bytes cannot be read: {error}.")
    return None


def _read(recorded: Digest, storage: Any, where: Copy, watch: Watch) -> None:
    """Return if the bytes are those of the row, else `Corrupt` says which of the two differs."""
    digester = Digester()
    for piece in copies.pieces(storage, store.address(recorded.sha256), watch):
        digester.update(piece)
    found = digester.digest()
    if found.sha256 != recorded.sha256:
        raise Corrupt(
            f"The {where} holds other bytes: {found.sha256}, {found.size} bytes in place of "
            f"{recorded.size}. {_NEXT}"
        )
    for column in ("size", "crc32"):
        said, is_so = getattr(recorded, column), getattr(found, column)
        if said != is_so:
            raise Corrupt(f"{column} is {said}, and that of its bytes is {is_so}.")


def files() -> Part:
    """Return the part that looks through the vault for files that no row names.

    Those of a report that is under way are among them: they are no error.
    """

    def steps(after: Any) -> Iterator[Step]:
        for first in _folders(_FOLDER):
            for second in _folders(f"{_FOLDER}/{first}"):
                place = f"{first}/{second}"
                if after is not None and place <= after:
                    continue
                names = _files(f"{_FOLDER}/{place}")
                yield Step(place, list(_unnamed(place, names)), len(names))
        strays = [name for folder in _shallow() for name in folder]
        yield Step("~", [_stray(name) for name in strays], len(strays))

    return Part("files in the vault", steps)


def _unnamed(place: str, names: list[str]) -> Iterator[Finding]:
    for start in range(0, len(names), raw_rows.PAGE):
        some = names[start : start + raw_rows.PAGE]
        digests = [name for name in some if _SHA256.fullmatch(name)]
        where = [raw_rows.among("t.sha256", digests)]
        named = {
            row["sha256"] for row in raw_rows.select(Blob, "sha256", where=where, params=digests)
        }
        for name in some:
            if name not in named or f"{name[:2]}/{name[2:4]}" != place:
                yield _stray(f"{place}/{name}")


def _stray(path: str) -> Finding:
    return Finding(Kind.UNNAMED, TABLE, path, "No row names this file in the vault.")


def _shallow() -> Iterator[list[str]]:
    """Yield the files that stand above the folders where they belong."""
    yield _files(_FOLDER)
    for first in _folders(_FOLDER):
        yield [f"{first}/{name}" for name in _files(f"{_FOLDER}/{first}")]


def _folders(folder: str) -> list[str]:
    return sorted(_listing(folder)[0])


def _files(folder: str) -> list[str]:
    return sorted(_listing(folder)[1])


def _listing(folder: str) -> tuple[list[str], list[str]]:
    try:
        found: tuple[list[str], list[str]] = store.storage().listdir(folder)
        return found
    except FileNotFoundError:  # an empty vault, or `sweep` was faster
        return [], []

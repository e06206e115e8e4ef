"""Writes a complete organization as one file, while others go on writing.

All rows are of one moment: one transaction reads them, which sees nothing of what is committed
after its first statement. The files of evidence follow when it has ended, because bytes never
change; only an act of disposal can take some away meanwhile, and then the export stops and says so.
Rows go from the database into the file a part at a time; neither they nor the digests are in memory
together. Nobody waits for an export, and a busy server is slowed by its reading alone.
"""

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from evidence.errors import Corrupt
from evidence.ledger import statement
from evidence.ledger.reading import last_checkpoint
from evidence.vault import store
from trails.actions import records
from trails.actors import SYSTEM
from trails.models import Organization
from trails.moving import layout, rows, tar
from trails.moving.errors import Refused
from trails.moving.layout import Description
from trails.moving.tables import EXPORTED, Table, blobs_with_bytes

Progress = Callable[[str, int], object]
"""Is told what is being written, and how many bytes of the file there are."""

_AT_ONCE = 500  # rows: the largest body of a record has 64 KiB


def export(
    organization: Organization,
    out: tar.Out,
    *,
    with_evidence: bool = True,
    with_credentials: bool = True,
    progress: Progress = lambda what, written: None,
) -> int:
    """Write the organization to `out`, and return how many bytes that were.

    `out` is flushed, synced and named by the caller. Leaves an activity behind, which is not in it.
    """
    leaves_out = [
        *([] if with_credentials else [layout.CREDENTIALS]),
        *([] if with_evidence else [layout.EVIDENCE]),
    ]
    with tempfile.TemporaryFile() as manifest, tempfile.TemporaryFile() as digests:
        bag = _Bag(out, organization.name, manifest, progress)
        with snapshot():
            described = _head(bag, organization, leaves_out)
            for name in described.tables:
                _rows(bag, EXPORTED[name], organization, with_credentials)
            if with_evidence:
                for sha256, size in blobs_with_bytes(organization).values_list("pk", "size"):
                    digests.write(f"{sha256} {size}\n".encode())
        _evidence(bag, digests)
        written = bag.close(described)
    records.note(
        organization,
        actor=SYSTEM,
        verb="organization.exported",
        subject=organization.name,
        details={"leaves_out": leaves_out},
    )
    return written


@contextmanager
def snapshot() -> Iterator[None]:
    """Let the block read rows of one moment only, without keeping anybody from writing.

    SQLite: a transaction that begins as a reader; the application's own begin as writers. Within a
    transaction of the caller's there is nothing to begin.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # An export may take hours, and nobody waits for it.
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SET LOCAL {name} = 0")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


class _Bag:
    """The file that is written: a tar, and the manifests of what is in it."""

    def __init__(self, out: tar.Out, root: str, manifest: IO[bytes], progress: Progress) -> None:
        self._tar = tar.Writer(out)
        self._root, self._manifest, self._progress = root, manifest, progress
        self._tags = b""
        self._bytes = self._files = 0

    def add(self, name: str, data: bytes) -> None:
        """Write a member whose bytes are at hand."""
        self.stream(name, len(data), iter((data,)))

    def stream(self, name: str, size: int, chunks: Iterator[bytes]) -> str:
        """Write a member, and return its SHA-256."""
        sha256 = self._tar.add(f"{self._root}/{name}", size, chunks)
        line = layout.manifest_line(sha256, name)
        if name.startswith("data/"):
            self._manifest.write(line)
            self._bytes, self._files = self._bytes + size, self._files + 1
        else:
            self._tags += line
        self._progress(name, self._tar.written)
        return sha256

    def close(self, described: Description) -> int:
        """Write the manifests and the end; return the length of the file."""
        info, manifest, tags = layout.TAIL
        self.add(info, described.bag_info(self._bytes, self._files))
        size = self._manifest.tell()
        self._manifest.seek(0)
        self.stream(manifest, size, iter(lambda: self._manifest.read(tar.CHUNK), b""))
        self.add(tags, self._tags)
        self._tar.end()
        return self._tar.written


def _head(bag: _Bag, organization: Organization, leaves_out: list[str]) -> Description:
    """Write what comes before the rows, and return what the export says of itself."""
    with_credentials = layout.CREDENTIALS not in leaves_out
    log = organization.log
    described = Description(
        organization=organization.name,
        origin=log.origin,
        public_url=settings.PUBLIC_URL,
        made_at=statement.timestamp(timezone.now()),
        leaves_out=leaves_out,
        tables={
            table.name: [c.attname for c in table.fields(with_credentials=with_credentials)]
            for table in EXPORTED.values()
            if with_credentials or not table.is_secret
        },
    )
    newest = last_checkpoint(log)
    bag.add("bagit.txt", layout.DECLARATION)
    bag.add(layout.README, described.readme)
    bag.add(layout.DESCRIPTION, described.as_bytes())
    bag.add(layout.CHECKPOINT, bytes(newest.note) if newest else b"")
    keys = log.keys.order_by("pk").values_list("vkey", flat=True)
    bag.add(layout.KEYS, "".join(f"{vkey}\n" for vkey in keys).encode())
    return described


def _rows(bag: _Bag, table: Table, organization: Organization, with_credentials: bool) -> None:
    """Write all rows of a table, in parts."""
    columns = table.fields(with_credentials=with_credentials)
    found = table.rows(organization).values_list(*[column.attname for column in columns])
    part, lines, size = 1, [], 0
    for values in found.iterator(chunk_size=_AT_ONCE):
        lines.append(rows.encode(columns, values))
        size += len(lines[-1])
        if size >= layout.PART_BYTES:
            bag.add(layout.rows_name(table.name, part), b"".join(lines))
            part, lines, size = part + 1, [], 0
    if lines:
        bag.add(layout.rows_name(table.name, part), b"".join(lines))


def _evidence(bag: _Bag, digests: IO[bytes]) -> None:
    """Write the bytes of so many digests. `Refused` where the vault does not hold them."""
    digests.seek(0)
    asked: deque[tuple[str, int]] = deque()

    def wanted() -> Iterator[tuple[store.Read, int, int]]:
        for line in digests:
            sha256, size = line.decode().split()
            asked.append((sha256, int(size)))
            yield store.Reading(sha256), 0, int(size)

    sha256 = "the next file"
    try:
        for chunks in store.read_ahead(wanted()):
            sha256, size = asked.popleft()
            found = bag.stream(layout.evidence_name(sha256), size, chunks)
            if found != sha256:
                raise _not_held(sha256, f"its bytes have the SHA-256 {found}")
    except (FileNotFoundError, Corrupt, tar.BadTar) as error:
        raise _not_held(sha256, str(error)) from error


def _not_held(sha256: str, why: str) -> Refused:
    return Refused(
        f"The vault does not hold {sha256} as it was recorded: {why}. If it was disposed of a "
        "moment ago, run the export again. Otherwise run `manage.py fsck`."
    )

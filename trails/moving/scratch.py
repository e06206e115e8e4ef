"""What has been read of an export so far, on disk and not in memory. Pure.

A private database of SQLite's own, without a name, that is gone when it is closed. It answers what
a single pass over a large file cannot keep in mind: whether an id came before, whether what a row
refers to is in the file, whose bytes are wanted.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, Self

from trails.moving.errors import Refused
from trails.moving.tar import Entry

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE known (of_table TEXT, key TEXT, said BLOB, PRIMARY KEY (of_table, key)) WITHOUT ROWID;
CREATE TABLE wanted (of_table TEXT, key TEXT, by_table TEXT);
CREATE TABLE member (name TEXT PRIMARY KEY, start INTEGER, size INTEGER, sha256 TEXT);
CREATE TABLE blob (
    sha256 TEXT PRIMARY KEY, size INTEGER, crc32 INTEGER, is_here INTEGER DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE attestation (id TEXT PRIMARY KEY, workflow TEXT, number INTEGER, listed TEXT);
CREATE TABLE evidence (attestation TEXT, blob TEXT);
CREATE TABLE disposal (workflow TEXT, up_to INTEGER);
"""
# Bytes that somebody still has a right to: all but those that every naming file has lost.
_NEEDED = """
    SELECT blob FROM evidence e JOIN attestation a ON a.id = e.attestation
     WHERE a.number > (
        SELECT COALESCE(MAX(d.up_to), 0) FROM disposal d WHERE d.workflow = a.workflow)
    UNION SELECT listed FROM attestation WHERE listed IS NOT NULL
"""


class Scratch:
    """The notes of one reading of one file."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self._database.close()

    def add(self, table: str, *values: Any) -> None:
        """Note a row of one of the tables above; the columns that are not given have defaults."""
        places = ", ".join("?" * len(values))
        with suppress(sqlite3.IntegrityError):  # it is refused by `know` as well, with its reason
            self._database.execute(f"INSERT INTO {_NAMED[table]} VALUES ({places})", values)  # noqa: S608  our own names

    def know(self, table: str, key: str, said: bytes | None) -> None:
        """Note that a table has a key. `Refused` for one that came before."""
        try:
            self._database.execute("INSERT INTO known VALUES (?, ?, ?)", (table, key, said))
        except sqlite3.IntegrityError as error:
            raise Refused(f"Two rows of {table} have the key {key!r}.") from error

    def knows(self, table: str, key: str) -> bool:
        """Tell whether a row of this key has come."""
        return bool(self._one("SELECT 1 FROM known WHERE of_table = ? AND key = ?", table, key))

    def said(self, table: str, key: str) -> bytes | None:
        """Return what was noted about a row."""
        row = self._one("SELECT said FROM known WHERE of_table = ? AND key = ?", table, key)
        return row[0] if row else None

    def first_missing(self) -> tuple[str, str, str] | None:
        """Return a table and key that some row wanted and that never came, and whose row it was."""
        found: tuple[str, str, str] | None = self._one(
            "SELECT w.of_table, w.key, w.by_table FROM wanted w LEFT JOIN known k "
            "ON k.of_table = w.of_table AND k.key = w.key WHERE k.key IS NULL"
        )
        return found

    def has_come(self, sha256: str) -> tuple[int, int] | None:
        """Note that bytes are in the file; return what their row says of size and CRC-32."""
        self._database.execute("UPDATE blob SET is_here = 1 WHERE sha256 = ?", (sha256,))
        found: tuple[int, int] | None = self._one(
            "SELECT size, crc32 FROM blob WHERE sha256 = ?", sha256
        )
        return found

    def crc32(self, sha256: str) -> int:
        """Return the CRC-32 of bytes that are in the file."""
        [crc32] = self._one("SELECT crc32 FROM blob WHERE sha256 = ?", sha256)
        return int(crc32)

    def without_bytes(self) -> str | None:
        """Return a digest whose bytes are needed and not in the file."""
        row = self._one(
            f"SELECT sha256 FROM blob WHERE NOT is_here AND sha256 IN ({_NEEDED})"  # noqa: S608
        )
        return row[0] if row else None

    def needed(self) -> Iterator[str]:
        """Yield every digest whose bytes are needed, in order."""
        found = self._database.execute(
            f"SELECT sha256 FROM blob WHERE sha256 IN ({_NEEDED}) ORDER BY 1"  # noqa: S608
        )
        yield from (sha256 for (sha256,) in found)

    def count(self) -> tuple[int, int]:
        """Return how many digests there are, and how many of them have no bytes in the file."""
        row = self._one("SELECT COUNT(*), COALESCE(SUM(NOT is_here), 0) FROM blob")
        return row or (0, 0)

    def members(self, prefix: str) -> Iterator[tuple[Entry, str]]:
        """Yield the members whose names begin so, in the file's order, each with its SHA-256."""
        found = self._database.execute(
            "SELECT name, start, size, sha256 FROM member "
            "WHERE substr(name, 1, ?) = ? ORDER BY rowid",
            (len(prefix), prefix),
        )
        for name, start, size, sha256 in found:
            yield Entry(name, start, size), sha256

    def member(self, name: str) -> tuple[Entry, str] | None:
        """Return the member of a name and its SHA-256."""
        row = self._one("SELECT name, start, size, sha256 FROM member WHERE name = ?", name)
        return (Entry(*row[:3]), row[3]) if row else None

    def _one(self, query: str, *values: Any) -> Any:
        return self._database.execute(query, values).fetchone()


_NAMED = {
    "wanted": "wanted",
    "member": "member",
    "blob": "blob (sha256, size, crc32)",
    "attestation": "attestation",
    "evidence": "evidence",
    "disposal": "disposal",
}


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of so many, the last one shorter."""
    some: list[Any] = []
    for item in items:
        some.append(item)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some

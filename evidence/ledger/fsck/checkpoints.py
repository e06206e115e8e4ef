"""Checkpoints of a log: their signatures, their columns, their chain, and the keys that signed."""

import contextlib
from collections.abc import Iterator
from typing import Any

from evidence import raw_rows
from evidence.errors import BadNote
from evidence.findings import Finding, Kind, Part, Step
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import note
from evidence.ledger.fsck.records import odd_numbers
from evidence.models import Checkpoint, Log, LogKey
from evidence.raw_rows import Join, Row

TABLE, KEYS = Checkpoint._meta.db_table, LogKey._meta.db_table
_COLUMNS = "id size previous_size root note key_id key.vkey key.log_id"


def chain(log: str, origin: str) -> Part:
    """Return the part that opens every checkpoint of a log, in the order of their sizes."""

    def steps(after: Any) -> Iterator[Step]:
        check = _Chain(log, origin)
        yield from check.follow(after)

    return Part(f"checkpoints of {origin} {log}", steps)


class _Chain:
    def __init__(self, log: str, origin: str) -> None:
        self.log, self.named = log, origin
        self.key = raw_rows.parameter(Log, log)
        self.keys: dict[str, note.Key] = {}
        self.worked: set[str] = set()

    def follow(self, after: Any) -> Iterator[Step]:
        """Yield a step for each page of checkpoints. `after` is the last size, and what worked."""
        found = list(self._keys())
        found += self._origin()
        if after is None:
            found += odd_numbers(Checkpoint, "size", self.key)
            yield Step([0, []], found)
        size, worked = after or (0, [])
        self.worked = set(worked)
        while page := self._page(size):
            findings = []
            for row in page:
                findings += list(self._check(row, size))
                size = row["size"]
            yield Step([size, sorted(self.worked)], findings, len(page))
        yield Step([size, sorted(self.worked)], list(self._idle_keys()))

    def _page(self, after: int) -> list[Row]:
        return self._select(after, "")

    def _select(self, after: int, direction: str, limit: int = raw_rows.PAGE) -> list[Row]:
        return raw_rows.select(
            Checkpoint,
            _COLUMNS,
            joins=[Join("key", LogKey, "key.id = t.key_id")],
            where=["t.log_id = %s", raw_rows.whole('t."size"'), 't."size" > %s'],
            params=[self.key, after],
            order=f't."size" {direction}',
            limit=limit,
        )

    def _origin(self) -> list[Finding]:
        """Find a log under another name than it has signed, and go on with the one it signed."""
        first, last = self._select(0, "", 1), self._select(0, "DESC", 1)
        signed = {said.origin for row in first + last if (said := said_by(row["note"]))}
        if len(signed) != 1 or signed == {self.named}:
            return []
        [origin] = signed
        reason = f"Its origin is {self.named}, and its checkpoints are signed as {origin}."
        self.named = origin
        return [Finding(Kind.ALTERED, Log._meta.db_table, self.log, reason)]

    def _keys(self) -> Iterator[Finding]:
        where, params = ["t.log_id = %s"], [self.key]
        for _, page in raw_rows.pages(LogKey, "id vkey", where=where, params=params):
            for row in page:
                try:
                    self.keys[str(row["id"])] = note.Key.parse(_text(row["vkey"]))
                except BadNote as error:
                    yield Finding(Kind.MALFORMED, KEYS, str(row["id"]), str(error))

    def _idle_keys(self) -> Iterator[Finding]:
        """Yield the keys of the log that have signed none of its checkpoints."""
        for id in self.keys.keys() - self.worked:
            reason = f"No checkpoint of log {self.log} is signed by this key."
            yield Finding(Kind.EXTRA, KEYS, id, reason)

    def _learn(self, row: Row) -> None:
        """Take a key into account that was added since the check began, with its checkpoint."""
        id = str(row["key_id"])
        if id not in self.keys and row["key.log_id"] == self.log:
            with contextlib.suppress(BadNote):  # it was found among the keys already
                self.keys[id] = note.Key.parse(_text(row["key.vkey"]))

    def _check(self, row: Row, previous: int) -> Iterator[Finding]:
        def found(kind: Kind, reason: str) -> Finding:
            return Finding(kind, TABLE, str(row["id"]), reason)

        if row["size"] == previous:
            yield found(Kind.EXTRA, f"Another checkpoint has the size {previous} already.")
        elif row["previous_size"] != previous:
            reason = (
                f"It says that it follows size {row['previous_size']}; the checkpoint before it "
                f"has size {previous}."
            )
            yield found(Kind.GAP, reason)
        self._learn(row)
        try:
            said, signed, verified = checkpoints.opened(_bytes(row["note"]), self.keys.values())
        except BadNote as error:
            yield found(Kind.SIGNATURE, str(error))
            return
        if len(signed.signatures) != 1:
            yield found(Kind.SIGNATURE, "There are signatures under it that are not the log's.")
        if row["key.vkey"] not in {key.vkey for key, _ in verified}:
            yield found(Kind.ALTERED, f"It is not signed by key {row['key_id']}, as it says.")
        elif row["key.log_id"] == self.log:
            self.worked.add(str(row["key_id"]))
        for column, stored, signed_value in (
            ("size", row["size"], said.size),
            ("root", row["root"], said.root),
            ("the log's origin", self.named, said.origin),
        ):
            if stored != signed_value:
                reason = f"{column} is {_shown(stored)}, and {_shown(signed_value)} was signed."
                yield found(Kind.ALTERED, reason)
        if said.extensions:
            yield found(Kind.ALTERED, "It was signed with lines that our checkpoints never have.")


def said_by(data: Any) -> checkpoints.Checkpoint | None:
    """Return what the note of a row says, unverified; None where it is none."""
    try:
        return checkpoints.Checkpoint.parse(note.parse(_bytes(data)).text)
    except BadNote:
        return None


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise BadNote(f"The note is not bytes: {value}.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise BadNote(f"The key is not text: {value}.")
    return value


def _shown(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)

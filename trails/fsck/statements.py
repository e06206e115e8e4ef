"""Statements of records, and how a row's columns are compared with one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidence import raw_rows
from evidence.errors import NotCanonical
from evidence.findings import Finding, Kind, Scope
from evidence.ledger import statement
from evidence.models import Log, Record
from evidence.raw_rows import Row

BY = "by_kind by_id by_name at"
"""The columns of every recorded row that say who did it, and when."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a record says, and the hash by which others point at it."""

    log: str
    sha256: str
    kind: str
    subject: str
    subject_sha256: str
    predicate: Mapping[str, Any]


def read(log: Any, body: Any) -> Said | None:
    """Return what a body says; None where it says nothing, which is found among the records."""
    if not isinstance(body, bytes):
        return None
    try:
        said = statement.parse(body)
    except NotCanonical:
        return None
    [subject] = said["subject"]
    return Said(
        log=str(log),
        sha256=statement.sha256(body),
        kind=said["predicateType"],
        subject=subject["name"],
        subject_sha256=subject["digest"]["sha256"],
        predicate=said["predicate"],
    )


def of_records(ids: Iterable[Any]) -> dict[str, Said]:
    """Return what so many records say, by their ids; those that say nothing are not in it."""
    wanted = sorted({id for id in ids if isinstance(id, str)})
    rows = raw_rows.select(
        Record,
        "id log_id body",
        where=[raw_rows.among("t.id", wanted)],
        params=[raw_rows.parameter(Record, id) for id in wanted],
    )
    found = {row["id"]: read(row["log_id"], row["body"]) for row in rows}
    return {id: said for id, said in found.items() if said is not None}


def of_log(scope: Scope, column: str) -> dict[str, Any]:
    """Return the condition that a query stays within the scope's log."""
    if scope.log is None:
        return {}
    return {"where": [f"{column} = %s"], "params": [raw_rows.parameter(Log, scope.log)]}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A row of a table, and the statement of its record."""

    table: str
    id: str
    row: Row
    said: Said

    def found(self, kind: Kind, reason: str) -> Finding:
        """Return a finding about the row."""
        return Finding(kind, self.table, self.id, reason)

    def kind(self, kind: str) -> Iterator[Finding]:
        """Yield a finding unless the record is of the row's kind."""
        if self.said.kind != kind:
            yield self.found(Kind.ALTERED, f"Its record is about something else: {self.said.kind}.")

    def columns(self, expected: Mapping[str, str]) -> Iterator[Finding]:
        """Yield the columns that say something else than the field of the predicate they stand for.

        Who and when are always among them.
        """
        predicate = self.said.predicate
        by = predicate.get("by")
        by = by if isinstance(by, dict) else {}
        said = {column: predicate.get(field) for column, field in expected.items()}
        said |= {f"by_{key}": by.get(key) for key in ("kind", "id", "name")}
        said["at"] = predicate.get("at")
        for column, value in said.items():
            if not raw_rows.same(self.row[column], value):
                reason = (
                    f"{column} is {_shown(self.row[column])}, and {_shown(value)} was recorded."
                )
                yield self.found(Kind.ALTERED, reason)

    def below(self, parent: Said | None, name: str, what: str) -> Iterator[Finding]:
        """Yield a finding unless the record points at the record of what the row belongs to."""
        if parent is None:
            return  # gone or unreadable: that record, or the reference to it, is a finding itself
        if (self.said.subject, self.said.subject_sha256) != (name, parent.sha256):
            reason = (
                f"Its record is about {self.said.subject} {self.said.subject_sha256}, and the row "
                f"belongs to {what} {name} {parent.sha256}."
            )
            yield self.found(Kind.ALTERED, reason)

    def in_log(self, log: Any) -> Iterator[Finding]:
        """Yield a finding unless the record is in its organization's log."""
        if log is not None and self.said.log != log:
            reason = f"Its record is in log {self.said.log}, and it belongs to log {log}."
            yield self.found(Kind.ALTERED, reason)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else text[:200] + "…"

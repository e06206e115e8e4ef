"""Activities against their records, and records and logs that no row of ours speaks of."""

from collections.abc import Iterator
from typing import Any

from evidence import raw_rows
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.ledger import statement
from evidence.models import Log, Record
from evidence.raw_rows import Join, Row
from trails.fsck.statements import BY, Comparison, Said, of_log, of_records
from trails.models import Activity, Attestation, Organization, TrailVersion, Workflow

_CLAIMANTS = {"a": Attestation, "w": Workflow, "v": TrailVersion, "y": Activity}


def activities(scope: Scope) -> Part:
    """Return the part that holds every activity with a record against it.

    An activity that only read something has none, and nothing can tell whether it was changed.
    """
    table = Activity._meta.db_table

    def steps(after: Any) -> Iterator[Step]:
        within = of_log(scope, "record.log_id")
        within["where"] = ["t.record_id IS NOT NULL", *within.get("where", [])]
        for end, page in raw_rows.pages(
            Activity,
            f"id organization_id verb subject details record_id {BY} org.log_id org.opening_id",
            after=after,
            joins=[
                Join("org", Organization, "org.id = t.organization_id"),
                Join("record", Record, "record.id = t.record_id"),
            ],
            **within,
        ):
            chosen = [row for row in page if scope.chooses(row["record_id"])]
            said = of_records(r[name] for r in chosen for name in ("record_id", "org.opening_id"))
            yield Step(end, [f for row in chosen for f in check(row, said)], len(page))

    def check(row: Row, said: dict[str, Said]) -> Iterator[Finding]:
        own = said.get(str(row["record_id"]))
        if own is None:
            return
        compared = Comparison(table, str(row["id"]), row, own)
        yield from compared.kind(statement.ACTIVITY)
        yield from compared.columns({"verb": "verb", "details": "details"})
        if row["subject"] != own.subject:
            reason = f"subject is {row['subject']}, and {own.subject} was recorded."
            yield compared.found(Kind.ALTERED, reason)
        if row["organization_id"] is None:
            reason = f"It has no organization, and its record is in log {own.log}."
            yield compared.found(Kind.ALTERED, reason)
        yield from compared.in_log(row["org.log_id"])
        opening = said.get(str(row["org.opening_id"]))
        # The opening points at the log's origin, which is held against it with the organization.
        about_it = opening is not None and own.subject == opening.subject
        if about_it and row["record_id"] != row["org.opening_id"]:
            yield from compared.below(opening, own.subject, "organization")

    return Part("activities", steps)


def unclaimed(scope: Scope) -> Part:
    """Return the part that finds records, and logs, that no row speaks of: the row was removed."""

    def steps(after: Any) -> Iterator[Step]:
        joins = [
            Join(alias, model, f"{alias}.record_id = t.id") for alias, model in _CLAIMANTS.items()
        ]
        within = of_log(scope, "t.log_id")
        nobody = [f"{alias}.id IS NULL" for alias in _CLAIMANTS]
        within["where"] = [*nobody, *within.get("where", [])]
        table = Record._meta.db_table
        for end, page in raw_rows.pages(
            Record, "id predicate_type", after=after, joins=joins, **within
        ):
            found = [
                Finding(Kind.EXTRA, table, str(row["id"]), _nobody(row["predicate_type"]))
                for row in page
            ]
            yield Step(end, found, len(page))
        if scope.log is None:
            yield Step(None, list(_logs()))

    return Part("records without a row", steps)


def _nobody(kind: Any) -> str:
    return f"No row speaks of it: the row of this {kind} was removed, or nobody ever wrote one."


def _logs() -> Iterator[Finding]:
    joins = [Join("org", Organization, "org.log_id = t.id")]
    for _, page in raw_rows.pages(Log, "id origin", joins=joins, where=["org.id IS NULL"]):
        for row in page:
            reason = f"No organization has this log, {row['origin']}."
            yield Finding(Kind.EXTRA, Log._meta.db_table, str(row["id"]), reason)

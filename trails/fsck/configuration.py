"""Organizations, the versions of trails, and workflows against their records."""

from collections.abc import Iterator
from typing import Any

from evidence import raw_rows
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.ledger import statement
from evidence.models import Log, Record
from evidence.raw_rows import Join, Row
from trails.fsck.statements import BY, Comparison, Said, of_log, of_records
from trails.models import Organization, Trail, TrailVersion, Workflow


def organizations(scope: Scope) -> Part:
    """Return the part that holds organizations and their logs against the records that opened
    them."""

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Organization,
            "id name log_id opening_id log.origin",
            after=after,
            joins=[Join("log", Log, "log.id = t.log_id")],
            **of_log(scope, "t.log_id"),
        ):
            said = of_records(row["opening_id"] for row in page)
            found = [
                f for row in page for f in _organization(row, said.get(str(row["opening_id"])))
            ]
            yield Step(end, found, len(page))

    return Part("organizations", steps)


def _organization(row: Row, said: Said | None) -> Iterator[Finding]:
    if said is None:
        return
    compared = Comparison(Organization._meta.db_table, str(row["id"]), row, said)
    details = said.predicate.get("details")
    details = details if isinstance(details, dict) else {}
    if said.kind != statement.ACTIVITY or said.predicate.get("verb") != "organization.created":
        yield compared.found(Kind.ALTERED, "opening is not the record that opened it.")
        return
    if row["name"] != said.subject or row["name"] != details.get("organization"):
        yield compared.found(
            Kind.ALTERED, f"name is {row['name']}, it was opened as {said.subject}."
        )
    yield from compared.in_log(row["log_id"])
    origin = row["log.origin"]
    if isinstance(origin, str) and origin != details.get("origin"):
        reason = f"Its origin is {origin}, and it was opened as {details.get('origin')}."
        yield Finding(Kind.ALTERED, Log._meta.db_table, str(row["log_id"]), reason)


def versions(scope: Scope) -> Part:
    """Return the part that holds every trail version against its record, and trails against the
    newest of theirs."""
    table = TrailVersion._meta.db_table

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            TrailVersion,
            f"id trail_id number description visibility steps retention_days record_id {BY} "
            "trail.name trail.current_id org.log_id org.opening_id "
            "first.record_id before.id later.id",
            after=after,
            joins=[
                Join("trail", Trail, "trail.id = t.trail_id"),
                Join("org", Organization, "org.id = trail.organization_id"),
                Join("first", TrailVersion, 'first.trail_id = t.trail_id AND first."number" = 1'),
                Join(
                    "before",
                    TrailVersion,
                    'before.trail_id = t.trail_id AND before."number" = t."number" - 1',
                ),
                Join(
                    "later",
                    TrailVersion,
                    'later.trail_id = t.trail_id AND later."number" = t."number" + 1',
                ),
            ],
            **of_log(scope, "org.log_id"),
        ):
            wanted = ("record_id", "org.opening_id", "first.record_id")
            said = of_records(row[name] for row in page for name in wanted)
            yield Step(end, [f for row in page for f in check(row, said)], len(page))

    def check(row: Row, said: dict[str, Said]) -> Iterator[Finding]:
        id, number = str(row["id"]), row["number"]
        if number != 1 and row["before.id"] is None:
            reason = f"It is version {number} of trail {row['trail_id']}, and none is before it."
            yield Finding(Kind.GAP, table, id, reason)
        if row["later.id"] is None and row["trail.current_id"] != row["id"]:
            reason = (
                f"Its version in force is {row['trail.current_id']}, and the newest is {id}, "
                f"number {number}."
            )
            trail = Trail._meta.db_table
            yield Finding(Kind.ALTERED, trail, str(row["trail_id"]), reason)
        own = said.get(str(row["record_id"]))
        if own is None:
            return
        compared = Comparison(table, id, row | {"name": row["trail.name"]}, own)
        # The type without retention is that of the versions that ask for none.
        retained = own.kind == statement.TRAIL_RETAINED
        yield from compared.kind(statement.TRAIL_RETAINED if retained else statement.TRAIL)
        yield from compared.columns(
            {"number": "version", "name": "name"}
            | {n: n for n in ("description", "visibility", "steps", "retention_days")}
        )
        yield from compared.in_log(row["org.log_id"])
        opening = said.get(str(row["org.opening_id"]))
        if number == 1:
            yield from compared.below(opening, opening.subject if opening else "", "organization")
        elif opening:
            name = f"{opening.subject}/{row['trail.name']}"
            yield from compared.below(said.get(str(row["first.record_id"])), name, "trail")

    return Part("trail versions", steps)


def workflows(scope: Scope) -> Part:
    """Return the part that holds every workflow against its record."""
    table = Workflow._meta.db_table

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Workflow,
            f"id trail_id name description record_id {BY} "
            "version.record_id version.number version.trail_id org.opening_id org.log_id",
            after=after,
            joins=[
                Join("version", TrailVersion, "version.id = t.version_id"),
                Join("trail", Trail, "trail.id = t.trail_id"),
                Join("org", Organization, "org.id = trail.organization_id"),
                Join("record", Record, "record.id = t.record_id"),
            ],
            **of_log(scope, "record.log_id"),
        ):
            wanted = ("record_id", "version.record_id", "org.opening_id")
            said = of_records(row[name] for row in page for name in wanted)
            chosen = [row for row in page if scope.chooses(row["record_id"])]
            yield Step(end, [f for row in chosen for f in check(row, said)], len(page))

    def check(row: Row, said: dict[str, Said]) -> Iterator[Finding]:
        own = said.get(str(row["record_id"]))
        if own is None:
            return
        compared = Comparison(table, str(row["id"]), row, own)
        yield from compared.kind(statement.WORKFLOW)
        yield from compared.columns({"name": "id", "description": "description"})
        yield from compared.in_log(row["org.log_id"])
        if row["version.trail_id"] not in (None, row["trail_id"]):
            reason = f"It began in trail {row['version.trail_id']}, and is in {row['trail_id']}."
            yield compared.found(Kind.ALTERED, reason)
        version, opening = (
            said.get(str(row["version.record_id"])),
            said.get(str(row["org.opening_id"])),
        )
        if version is None or opening is None:
            return
        began_under = version.predicate.get("version")
        if not raw_rows.same(own.predicate.get("trail_version"), began_under):
            recorded = own.predicate.get("trail_version")
            reason = f"Its version is number {began_under}, and {recorded} was recorded."
            yield compared.found(Kind.ALTERED, reason)
        name = f"{opening.subject}/{version.predicate.get('name')}"
        yield from compared.below(version, name, "trail version")

    return Part("workflows", steps)

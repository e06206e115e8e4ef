"""Legal holds and their releases against their records; and records of either without a row.

Threat. Whoever wants evidence to be disposed of can remove the row of the hold that keeps it. Its
record stays in the log, and the activity that says it was placed.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from evidence import raw_rows
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.ledger import statement
from evidence.models import Record
from evidence.raw_rows import Join, Row
from trails.actions.disposals import DISPOSED
from trails.actions.holds import PLACED, RELEASED
from trails.fsck.statements import BY, Comparison, Said, of_log, of_records
from trails.models import Activity, DisposalPart, Hold, HoldRelease, TrailVersion, Workflow

HOLD, RELEASE = Hold._meta.db_table, HoldRelease._meta.db_table
_FIRST = 'first.trail_id = {hold}.trail_id AND first."number" = 1'
_ROWS = {
    PLACED: ("hold", Hold),
    RELEASED: ("release", HoldRelease),
    DISPOSED: ("part", DisposalPart),
}


def holds(scope: Scope) -> Part:
    """Return the part that holds every hold against its record."""

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Hold,
            f"id trail_id workflow_id reason record_id {BY} "
            "workflow.record_id workflow.trail_id first.record_id",
            after=after,
            joins=[
                Join("workflow", Workflow, "workflow.id = t.workflow_id"),
                Join("first", TrailVersion, _FIRST.format(hold="t")),
                Join("record", Record, "record.id = t.record_id"),
            ],
            **of_log(scope, "record.log_id"),
        ):
            yield Step(end, list(_checked(HOLD, PLACED, page, scope)), len(page))

    return Part("holds", steps)


def releases(scope: Scope) -> Part:
    """Return the part that holds every release of a hold against its record."""

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            HoldRelease,
            f"hold_id reason record_id {BY} hold.workflow_id hold.trail_id "
            "workflow.record_id workflow.trail_id first.record_id",
            after=after,
            joins=[
                Join("hold", Hold, "hold.id = t.hold_id"),
                Join("workflow", Workflow, "workflow.id = hold.workflow_id"),
                Join("first", TrailVersion, _FIRST.format(hold="hold")),
                Join("record", Record, "record.id = t.record_id"),
            ],
            **of_log(scope, "record.log_id"),
        ):
            of_hold = {"id": "hold_id", "workflow_id": "hold.workflow_id"}
            of_hold |= {"trail_id": "hold.trail_id"}
            rows = [row | {name: row[key] for name, key in of_hold.items()} for row in page]
            yield Step(end, list(_checked(RELEASE, RELEASED, rows, scope)), len(page))

    return Part("releases of holds", steps)


def _checked(table: str, verb: str, rows: list[Row], scope: Scope) -> Iterator[Finding]:
    chosen = [row for row in rows if scope.chooses(row["record_id"])]
    wanted = ("record_id", "workflow.record_id", "first.record_id")
    said = of_records(row[name] for row in chosen for name in wanted)
    for row in chosen:
        own = said.get(str(row["record_id"]))
        if own is not None:
            yield from _check(table, verb, row, own, said)


def _check(table: str, verb: str, row: Row, own: Said, said: dict[str, Said]) -> Iterator[Finding]:
    details = own.predicate.get("details")
    details = details if isinstance(details, dict) else {}
    told = {name: own.predicate.get(name) for name in ("by", "at")}
    # Whether it is on the workflow or on all of the trail is in the subject, too.
    row = row | {"scope": "workflow" if row["workflow_id"] is not None else "trail"}
    compared = Comparison(table, str(row["id"]), row, replace(own, predicate=details | told))
    yield from compared.kind(statement.ACTIVITY)
    if own.predicate.get("verb") != verb:
        reason = f"Its record is about something else: {own.predicate.get('verb')}."
        yield compared.found(Kind.ALTERED, reason)
    columns = {"id": "hold", "reason": "reason"} | ({"scope": "scope"} if table == HOLD else {})
    yield from compared.columns(columns)
    if row["workflow.trail_id"] not in (None, row["trail_id"]):
        reason = f"Its workflow is in trail {row['workflow.trail_id']}, it in {row['trail_id']}."
        yield compared.found(Kind.ALTERED, reason)
    what = row["scope"]
    parent = said.get(str(row["workflow.record_id" if what == "workflow" else "first.record_id"]))
    if parent is not None:
        name = f"{parent.subject}/{parent.predicate.get('id' if what == 'workflow' else 'name')}"
        yield from compared.below(parent, name, what)
        yield from compared.in_log(parent.log)


def unclaimed_acts(scope: Scope) -> Part:
    """Return the part that finds activities about holds and disposals whose row was removed."""
    table = Activity._meta.db_table

    def steps(after: Any) -> Iterator[Step]:
        within = of_log(scope, "record.log_id")
        joins = [
            Join(alias, model, f"{alias}.record_id = t.record_id")
            for alias, model in _ROWS.values()
        ]
        nobody = [
            f"t.verb <> '{verb}' OR {alias}.record_id IS NULL" for verb, (alias, _) in _ROWS.items()
        ]
        verbs = raw_rows.among("t.verb", list(_ROWS))
        within["where"] = [verbs, *nobody, *within.get("where", [])]
        within["params"] = [*_ROWS, *within.get("params", [])]
        for end, page in raw_rows.pages(
            Activity,
            "id verb",
            after=after,
            joins=[*joins, Join("record", Record, "record.id = t.record_id")],
            **within,
        ):
            found = [
                Finding(Kind.EXTRA, table, str(row["id"]), f"No row is of this {row['verb']}.")
                for row in page
            ]
            yield Step(end, found, len(page))

    return Part("acts without a row", steps)

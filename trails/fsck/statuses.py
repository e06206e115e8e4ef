"""The cached verdicts over workflows, judged again; and the numbers of attestations."""

from collections.abc import Iterator, Sequence
from typing import Any

from evidence import findings, raw_rows
from evidence.findings import Finding, Kind, Part, Scope
from evidence.models import Record
from evidence.raw_rows import Join, Row
from trails.fsck.statements import of_log
from trails.models import Attestation, TrailVersion, Workflow, WorkflowStatus
from trails.state import Attested, Step, judge

STATUS, WORKFLOW = WorkflowStatus._meta.db_table, Workflow._meta.db_table
_AT_ONCE = 100
_LOOKS = 5
"""How often a workflow is looked at that seems stale: somebody may be attesting right now."""


def statuses(scope: Scope) -> Part:
    """Return the part that judges every workflow again and compares the cache with it."""

    def steps(after: Any) -> Iterator[findings.Step]:
        for end, page in raw_rows.pages(
            Workflow,
            "id",
            after=after,
            joins=[Join("record", Record, "record.id = t.record_id")],
            limit=_AT_ONCE,
            **of_log(scope, "record.log_id"),
        ):
            ids = [row["id"] for row in page if isinstance(row["id"], str)]
            yield findings.Step(end, _check(ids), len(page))

    return Part("workflow statuses", steps)


def _check(ids: Sequence[str]) -> list[Finding]:
    """Return what is stale of so many workflows, and goes on being so at a second look."""
    found: list[Finding] = []
    for look in range(_LOOKS):
        before = _statuses(ids)
        counting = _counting(ids)
        found = [f for row in before for f in _compare(row, counting.get(row["id"], []))]
        if not found or (look and before == _statuses(ids)):
            return found
        ids = sorted({finding.id for finding in found})
    return found


def _statuses(ids: Sequence[str]) -> list[Row]:
    return raw_rows.select(
        Workflow,
        "id trail_id at version.steps status.workflow_id status.trail_id status.state "
        "status.reasons status.latest status.attestations status.missing status.last_at",
        joins=[
            Join("version", TrailVersion, "version.id = t.version_id"),
            Join("status", WorkflowStatus, "status.workflow_id = t.id"),
        ],
        where=[raw_rows.among("t.id", ids)],
        params=[raw_rows.parameter(Workflow, id) for id in ids],
    )


def _counting(ids: Sequence[str]) -> dict[str, list[Row]]:
    """Return the newest attestation of each step, by workflow, in the order of their numbers."""
    keys = [raw_rows.parameter(Workflow, id) for id in ids]
    table = Attestation._meta.db_table
    newest = (
        f'SELECT o.workflow_id, MAX(o."number") FROM "{table}" o '  # noqa: S608  our own names
        f"WHERE {raw_rows.among('o.workflow_id', keys)} GROUP BY o.workflow_id, o.step"
    )
    found: dict[str, list[Row]] = {}
    for row in raw_rows.select(
        Attestation,
        "workflow_id id step number is_compliant at",
        where=[f'(t.workflow_id, t."number") IN ({newest})'],
        params=keys,
        order='t."number"',
    ):
        found.setdefault(str(row["workflow_id"]), []).append(row)
    return found


def _compare(row: Row, counting: Sequence[Row]) -> Iterator[Finding]:
    id = str(row["id"])
    if row["status.workflow_id"] is None:
        yield Finding(Kind.STALE, WORKFLOW, id, "It has no cached verdict.")
        return
    last = counting[-1] if counting else None
    expected = {
        "trail_id": row["trail_id"],
        "latest": {r["step"]: [r["number"], r["is_compliant"], r["id"]] for r in counting}
        if all(isinstance(r["step"], str) for r in counting)
        else None,
        "attestations": last["number"] if last else 0,
        "last_at": last["at"] if last else row["at"],
    } | _verdict(row["version.steps"], counting)
    for column, value in expected.items():
        if not raw_rows.same(row[f"status.{column}"], value):
            reason = f"{column} is {row[f'status.{column}']}, and judged again it is {value}."
            yield Finding(Kind.STALE, STATUS, id, reason)


def _verdict(steps: Any, counting: Sequence[Row]) -> dict[str, Any]:
    """Return what `judge` says; nothing where the rows hold what it cannot be asked about."""
    try:
        template = [Step(str(step["name"]), bool(step["required"])) for step in steps]
    except (TypeError, KeyError):
        return {}
    types = {"step": str, "number": int, "is_compliant": bool | None}
    if not all(isinstance(row[name], kind) for row in counting for name, kind in types.items()):
        return {}
    attested = [Attested(row["step"], row["number"], row["is_compliant"]) for row in counting]
    verdict = judge(template, attested)
    return {
        "state": verdict.state,
        "reasons": list(verdict.reasons),
        "missing": verdict.missing,
    }

"""Disposals against their records, against the files they speak of, and against the rules.

Threat. Whoever has removed bytes from the vault can write a row that excuses it. So a disposal has
to be what its records say, name exactly the files of its attestations, and come after the end of
their retention, with no hold in force. That the bytes are gone or not is seen to by the scrub.
"""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from evidence import raw_rows
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.ledger import statement
from evidence.models import Blob, Record
from evidence.raw_rows import Join, Row
from trails.actions.disposals import DISPOSED
from trails.fsck.statements import BY, Comparison, Said, of_log, of_records
from trails.models import (
    Attestation,
    Disposal,
    DisposalPart,
    Evidence,
    Hold,
    HoldRelease,
    Trail,
    TrailVersion,
    Workflow,
)
from trails.retention import Term, kept_until

TABLE = Disposal._meta.db_table
_AT_ONCE = 20
_LAST_BEFORE = (
    f'SELECT MAX(o.up_to) FROM "{TABLE}" o '  # noqa: S608  our own name
    "WHERE o.workflow_id = t.workflow_id AND o.up_to < t.up_to"
)
_BEFORE = f"before.workflow_id = t.workflow_id AND before.up_to = ({_LAST_BEFORE})"


def disposals(scope: Scope) -> Part:
    """Return the part that holds every disposal against all that it has to fit."""

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Disposal,
            f"id workflow_id up_to files bytes reason record_id {BY} "
            "before.up_to workflow.record_id workflow.trail_id",
            after=after,
            limit=_AT_ONCE,
            joins=[
                Join("workflow", Workflow, "workflow.id = t.workflow_id"),
                Join("before", Disposal, _BEFORE),
                Join("record", Record, "record.id = t.record_id"),
            ],
            **of_log(scope, "record.log_id"),
        ):
            chosen = [row for row in page if scope.chooses(row["record_id"])]
            yield Step(end, [f for row in chosen for f in _check(row)], len(page))

    return Part("disposals", steps)


def _check(row: Row) -> Iterator[Finding]:
    if not all(isinstance(row[name], str) for name in ("id", "workflow_id", "workflow.trail_id")):
        yield _found(row, Kind.MALFORMED, "It is of no workflow that can be found.")
        return
    parts = raw_rows.select(
        DisposalPart,
        "number record_id",
        where=["t.disposal_id = %s"],
        params=[raw_rows.parameter(Disposal, row["id"])],
        order='t."number"',
    )
    said = of_records([row["workflow.record_id"], *(part["record_id"] for part in parts)])
    workflow = said.get(str(row["workflow.record_id"]))
    whole = [own for part in parts if (own := said.get(str(part["record_id"])))]
    yield from _parts(row, parts, whole)
    digests: list[Any] = []
    for own in whole:
        yield from _record(row, own, workflow)
        named = _details(own).get("digests")
        digests += named if isinstance(named, list) else []
    if len(whole) == len(parts):  # else a record cannot be read, which is found elsewhere
        yield from _files(row, digests)
    yield from _too_early(row)
    yield from _held(row)


def _found(row: Row, kind: Kind, reason: str) -> Finding:
    return Finding(kind, TABLE, str(row["id"]), reason)


def _details(own: Said) -> dict[str, Any]:
    details = own.predicate.get("details")
    return details if isinstance(details, dict) else {}


def _parts(row: Row, parts: list[Row], said: list[Said]) -> Iterator[Finding]:
    """Compare the numbers of the parts with what each of their records says."""
    numbers = [part["number"] for part in parts]
    if not parts or numbers != list(range(1, len(parts) + 1)):
        yield _found(row, Kind.GAP, f"Its parts are {numbers}, and not all from 1 on.")
    elif row["record_id"] != parts[-1]["record_id"]:
        yield _found(row, Kind.ALTERED, "Its record is not that of its last part.")
    if len(said) < len(parts):
        return
    recorded = [[_details(own).get(name) for name in ("part", "parts")] for own in said]
    if not raw_rows.same(recorded, [[number, len(parts)] for number in numbers]):
        reason = f"It has {len(parts)} parts, and their records say {recorded}: (part, parts)."
        yield _found(row, Kind.ALTERED, reason)


def _record(row: Row, own: Said, workflow: Said | None) -> Iterator[Finding]:
    # What it says is in the details of an activity, but for who and when.
    told = {name: own.predicate.get(name) for name in ("by", "at")}
    compared = Comparison(TABLE, str(row["id"]), row, replace(own, predicate=_details(own) | told))
    yield from compared.kind(statement.ACTIVITY)
    verb = own.predicate.get("verb")
    if verb != DISPOSED:
        yield compared.found(Kind.ALTERED, f"Its record is about something else: {verb}.")
    yield from compared.columns({"reason": "reason", "up_to": "up_to"})
    if workflow is not None:
        name = f"{workflow.subject}/{workflow.predicate.get('id')}"
        yield from compared.below(workflow, name, "workflow")
        yield from compared.in_log(workflow.log)


def _files(row: Row, digests: list[Any]) -> Iterator[Finding]:
    """Compare the recorded digests with the evidence rows of the attestations it is about."""
    files = raw_rows.select(
        Evidence,
        "blob_id blob.size",
        joins=[
            Join("a", Attestation, "a.id = t.attestation_id"),
            Join("blob", Blob, "blob.sha256 = t.blob_id"),
        ],
        where=["a.workflow_id = %s", 'a."number" > %s', 'a."number" <= %s'],
        params=_span(row),
    )
    attested = {str(file["blob_id"]) for file in files}
    recorded = {str(sha256) for sha256 in digests}
    for kind, odd, why in (
        (Kind.EXTRA, recorded - attested, "of which no file was attested"),
        (Kind.MISSING, attested - recorded, "of attested files, which its records do not name"),
    ):
        if odd:
            reason = f"Digests {why}: {len(odd)}, such as {min(odd)[:64]}."
            yield _found(row, kind, reason)
    sizes = [file["blob.size"] for file in files]
    counted = {"files": len(files), "bytes": sum(s for s in sizes if isinstance(s, int))}
    for column, value in counted.items():
        if not raw_rows.same(row[column], value):
            reason = f"{column} is {row[column]}, and that of its attestations is {value}."
            yield _found(row, Kind.ALTERED, reason)


def _span(row: Row) -> list[Any]:
    """Return parameters: the workflow, and between which numbers its attestations lie."""
    before, up_to = row["before.up_to"], row["up_to"]
    return [
        raw_rows.parameter(Workflow, row["workflow_id"]),
        before if isinstance(before, int) else 0,
        up_to if isinstance(up_to, int) else 0,
    ]


def _too_early(row: Row) -> Iterator[Finding]:
    """Yield a finding if something was disposed of before the end of its retention."""
    at = _moment(row["at"])
    if at is None:
        return
    versions = raw_rows.select(
        TrailVersion,
        "at retention_days",
        where=["t.trail_id = %s"],
        params=[raw_rows.parameter(Trail, row["workflow.trail_id"])],
        order='t."number"',
    )
    terms = [Term(since, _days(v)) for v in versions if (since := _moment(v["at"])) and since <= at]
    attested = raw_rows.select(
        Attestation,
        "number at",
        where=["t.workflow_id = %s", 't."number" > %s', 't."number" <= %s'],
        params=_span(row),
        order='t."number"',
    )
    for attestation in attested:
        received = _moment(attestation["at"])
        end = kept_until(received, terms) if received else None
        if received and (end is None or end > at):
            until = f"until {statement.timestamp(end)}" if end else "for ever"
            reason = (
                f"It is of {row['at']}, and evidence of attestation {attestation['number']} was "
                f"to be kept {until}."
            )
            yield _found(row, Kind.CONTRADICTION, reason)
            return


def _held(row: Row) -> Iterator[Finding]:
    """Yield a finding for every hold that was in force."""
    at = _moment(row["at"])
    if at is None:
        return
    holds = raw_rows.select(
        Hold,
        "id by_name at release.at",
        joins=[Join("release", HoldRelease, "release.hold_id = t.id")],
        where=["t.trail_id = %s", "t.workflow_id IS NULL OR t.workflow_id = %s"],
        params=[
            raw_rows.parameter(Trail, row["workflow.trail_id"]),
            raw_rows.parameter(Workflow, row["workflow_id"]),
        ],
    )
    for hold in holds:
        placed, released = _moment(hold["at"]), _moment(hold["release.at"])
        if placed and placed <= at and (released is None or released > at):
            reason = (
                f"It is of {row['at']}, and hold {hold['id']} by {hold['by_name']} was in force "
                f"since {hold['at']}."
            )
            yield _found(row, Kind.CONTRADICTION, reason)


def _days(version: Row) -> int | None:
    days = version["retention_days"]
    return days if isinstance(days, int) else None


def _moment(value: Any) -> datetime.datetime | None:
    """Return a moment as rows give it; None for what is none, which is found elsewhere."""
    return datetime.datetime.fromisoformat(value) if isinstance(value, str) else None

"""Attestations with their evidence and free data against their records."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any

from evidence import raw_rows
from evidence.errors import NotCanonical
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.ledger import statement
from evidence.models import Blob, Record
from evidence.raw_rows import Join, Row
from trails.actions.reports import content_digest
from trails.fsck.statements import BY, Comparison, Said, of_log, of_records
from trails.models import Attestation, Evidence, UserData, Workflow

TABLE, EVIDENCE, USER_DATA = (m._meta.db_table for m in (Attestation, Evidence, UserData))
_AT_ONCE = 200
_FILES_AT_ONCE = 20_000
_TEXTS_AT_ONCE = 16  # each has up to 10 MiB
_BEFORE = 'before.workflow_id = t.workflow_id AND before."number" = t."number" - 1'
_FIELDS = ("id", "step", "number", "is_compliant", "description", "external", "occurred_at")


def attestations(scope: Scope) -> Part:
    """Return the part that holds every attestation and its evidence rows against its record."""

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Attestation,
            f"{' '.join(_FIELDS)} {BY} record_id workflow_id content_sha256 evidence_list_id "
            "workflow.record_id data.attestation_id data.sha256 before.id",
            after=after,
            limit=_AT_ONCE,
            joins=[
                Join("workflow", Workflow, "workflow.id = t.workflow_id"),
                Join("data", UserData, "data.attestation_id = t.id"),
                Join("before", Attestation, _BEFORE),
                Join("record", Record, "record.id = t.record_id"),
            ],
            **of_log(scope, "record.log_id"),
        ):
            chosen = [row for row in page if scope.chooses(row["record_id"])]
            said = of_records(
                r[name] for r in chosen for name in ("record_id", "workflow.record_id")
            )
            found = [_gap(row) for row in page if row["number"] != 1 and row["before.id"] is None]
            files = 0
            for rows in _with_evidence(chosen):
                for row, evidence in rows:
                    own = said.get(str(row["record_id"]))
                    if own is not None:
                        workflow = said.get(str(row["workflow.record_id"]))
                        found += _check(row, own, workflow, evidence)
                    files += len(evidence)
            yield Step(end, found, len(page) + files)

    return Part("attestations", steps)


def _gap(row: Row) -> Finding:
    reason = f"It is number {row['number']} of workflow {row['workflow_id']}; none is before it."
    return Finding(Kind.GAP, TABLE, str(row["id"]), reason)


def _with_evidence(rows: Sequence[Row]) -> Iterator[list[tuple[Row, list[Row]]]]:
    """Yield attestations with their evidence rows in order, as many as fit into memory together.

    Of one attestation no more rows are read than that, which is more than any report may have.
    """
    if not rows:
        return
    ids = [row["id"] for row in rows if isinstance(row["id"], str)]
    evidence = raw_rows.select(
        Evidence,
        "id attestation_id position name media_type blob_id blob.size",
        joins=[Join("blob", Blob, "blob.sha256 = t.blob_id")],
        where=[raw_rows.among("t.attestation_id", ids)],
        params=[raw_rows.parameter(Attestation, id) for id in ids],
        order="t.attestation_id, t.position",
        limit=_FILES_AT_ONCE,
    )
    if len(evidence) == _FILES_AT_ONCE and len(rows) > 1:
        del evidence
        middle = len(rows) // 2
        yield from _with_evidence(rows[:middle])
        yield from _with_evidence(rows[middle:])
        return
    of = {id: list(some) for id, some in groupby(evidence, key=lambda e: e["attestation_id"])}
    yield [(row, of.get(row["id"], []) if isinstance(row["id"], str) else []) for row in rows]


def _check(
    row: Row, own: Said, workflow: Said | None, evidence: Sequence[Row]
) -> Iterator[Finding]:
    compared = Comparison(TABLE, str(row["id"]), row, own)
    yield from compared.kind(statement.ATTESTATION)
    if own.kind != statement.ATTESTATION:
        return
    yield from compared.columns({field: field for field in _FIELDS})
    if workflow is not None:
        name = f"{workflow.subject}/{workflow.predicate.get('id')}"
        yield from compared.below(workflow, name, "workflow")
        yield from compared.in_log(workflow.log)
    yield from _evidence(compared, evidence)
    yield from _user_data(compared)
    yield from _content(compared, evidence)


def _evidence(compared: Comparison, rows: Sequence[Row]) -> Iterator[Finding]:
    """Compare the evidence rows with the statement's descriptors, or with its list's digest."""
    said = compared.said.predicate.get("evidence")
    said = said if isinstance(said, list) else []
    listed = compared.row["evidence_list_id"]
    if listed is not None:
        yield from _list(compared, rows, said)
        return
    for position, (row, descriptor) in enumerate(zip_longest(rows, said), start=1):
        if row is None:
            reason = f"Its evidence {position}, {_name(descriptor)}, has no row."
            yield compared.found(Kind.MISSING, reason)
        elif descriptor is None:
            reason = f"Nothing was recorded of a file {row['position']} of {compared.id}."
            yield Finding(Kind.EXTRA, EVIDENCE, str(row["id"]), reason)
        else:
            yield from _file(row, position, descriptor)


def _file(row: Row, position: int, said: Any) -> Iterator[Finding]:
    digest, notes = (_within(said, key) for key in ("digest", "annotations"))
    for column, value, recorded in (
        ("position", row["position"], position),
        ("name", row["name"], _within(said).get("name")),
        ("media_type", row["media_type"], _within(said).get("mediaType")),
        ("blob_id", row["blob_id"], digest.get("sha256")),
    ):
        if not raw_rows.same(value, recorded):
            reason = f"{column} is {value}, and {recorded} was recorded."
            yield Finding(Kind.ALTERED, EVIDENCE, str(row["id"]), reason)
    if row["blob.size"] is None:
        reason = f"There is no blob {row['blob_id']}."
        yield Finding(Kind.MISSING, EVIDENCE, str(row["id"]), reason)
    elif row["blob_id"] == digest.get("sha256") and str(row["blob.size"]) != notes.get("size"):
        reason = f"size is {row['blob.size']}, and {notes.get('size')} was recorded."
        yield Finding(Kind.ALTERED, Blob._meta.db_table, str(row["blob_id"]), reason)


def _list(compared: Comparison, rows: Sequence[Row], said: list[Any]) -> Iterator[Finding]:
    """Make the list anew out of the rows: it has the recorded digest, or a row is wrong."""
    descriptors = [
        statement.descriptor(row["name"], row["blob_id"], row["blob.size"], row["media_type"])
        for row in rows
    ]
    try:
        body = statement.canonical(descriptors)
    except NotCanonical:
        body = b""
    made = statement.descriptor(
        statement.EVIDENCE_LIST_NAME,
        statement.sha256(body),
        len(body),
        statement.EVIDENCE_LIST_MEDIA_TYPE,
    )
    listed = compared.row["evidence_list_id"]
    if not raw_rows.same([listed], [_within(d, "digest").get("sha256") for d in said]):
        reason = f"evidence_list is {listed}, and that was not recorded."
        yield compared.found(Kind.ALTERED, reason)
    elif not raw_rows.same([made], said):
        reason = (
            f"Its {len(rows)} evidence rows are not those of its list of evidence, blob {listed}."
        )
        yield compared.found(Kind.ALTERED, reason)
    for position, row in enumerate(rows, start=1):
        if row["position"] != position:
            reason = f"position is {row['position']}, and it comes at {position}."
            yield Finding(Kind.GAP, EVIDENCE, str(row["id"]), reason)


def _user_data(compared: Comparison) -> Iterator[Finding]:
    said, row = compared.said.predicate.get("user_data"), compared.row
    recorded = _within(said, "digest").get("sha256")
    if row["data.attestation_id"] is None:
        if said is not None:
            yield compared.found(Kind.MISSING, f"Its free data, {recorded}, has no row.")
    elif said is None:
        reason = "Nothing was recorded of free data with this attestation."
        yield Finding(Kind.EXTRA, USER_DATA, compared.id, reason)
    elif row["data.sha256"] != recorded:
        reason = f"sha256 is {row['data.sha256']}, and {recorded} was recorded."
        yield Finding(Kind.ALTERED, USER_DATA, compared.id, reason)


def _content(compared: Comparison, evidence: Sequence[Row]) -> Iterator[Finding]:
    """Compute the digest by which a retry is told from news again (`actions.reports`)."""
    said = compared.said.predicate
    told = ("step", "is_compliant", "description", "external", "occurred_at")
    try:
        digest = content_digest(
            **{name: said.get(name) for name in told},
            user_data=_within(said.get("user_data"), "digest").get("sha256"),
            evidence=[(row["name"], row["blob_id"]) for row in evidence],
        )
    except NotCanonical:
        return  # an evidence row holds what no statement can: it is a finding already
    if compared.row["content_sha256"] != digest:
        reason = f"content_sha256 is {compared.row['content_sha256']}, and that of it is {digest}."
        yield compared.found(Kind.ALTERED, reason)


def user_data(scope: Scope) -> Part:
    """Return the part that reads free data back, and recomputes the columns about it."""

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            UserData,
            "attestation_id text sha256 crc32 size att.record_id",
            after=after,
            limit=_TEXTS_AT_ONCE,
            joins=[
                Join("att", Attestation, "att.id = t.attestation_id"),
                Join("record", Record, "record.id = att.record_id"),
            ],
            **of_log(scope, "record.log_id"),
        ):
            chosen = [row for row in page if scope.chooses(row["att.record_id"])]
            found = [finding for row in chosen for finding in _text(row)]
            read = sum(row["size"] for row in chosen if isinstance(row["size"], int))
            yield Step(end, found, len(page), read)

    return Part("free data", steps)


def _text(row: Row) -> Iterator[Finding]:
    id, text = str(row["attestation_id"]), row["text"]
    if not isinstance(text, str):
        yield Finding(Kind.MALFORMED, USER_DATA, id, f"It is not text: {text}.")
        return
    data = text.encode("utf-8", "surrogateescape")
    for column, value in (
        ("sha256", statement.sha256(data)),
        ("crc32", zlib.crc32(data)),
        ("size", len(data)),
    ):
        if row[column] != value:
            reason = f"{column} is {row[column]}, and that of its text is {value}."
            yield Finding(Kind.ALTERED, USER_DATA, id, reason)


def _within(value: Any, key: str | None = None) -> dict[str, Any]:
    """Return an object of a statement, or one inside it; an empty one where there is none."""
    inner = value.get(key) if isinstance(value, dict) and key is not None else value
    return inner if isinstance(inner, dict) else {}


def _name(descriptor: Any) -> str:
    return str(_within(descriptor).get("name"))

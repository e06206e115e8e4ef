"""What somebody might write into an export, and with which words it is refused."""

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

from tests.trails.moving import forging
from tests.trails.moving.forging import Members, Row
from trails.moving import layout

OTHER = str(uuid.uuid4())
Forge = Callable[[Members], Members]


def every(table: str, **changed: Any) -> Forge:
    """Change every row of a table."""
    return lambda found: forging.edited(found, table, lambda row: row | changed)


def one(table: str, **changed: Any) -> Forge:
    """Change the last row of a table."""

    def forge(found: Members) -> Members:
        *rows, last = forging.rows(found, table)
        return forging.with_rows(found, table, [*rows, last | changed])

    return forge


def more(table: str, **changed: Any) -> Forge:
    """Add a row to a table that is like its last one but for this."""

    def forge(found: Members) -> Members:
        rows = forging.rows(found, table)
        return forging.with_rows(found, table, [*rows, rows[-1] | changed])

    return forge


def fewer(table: str) -> Forge:
    """Take the last row of a table away."""
    return lambda found: forging.with_rows(found, table, forging.rows(found, table)[:-1])


def with_column(table: str, name: str, value: Any) -> Forge:
    """Add a column to a table, and to its description."""

    def forge(found: Members) -> Members:
        tables = json.loads(found[layout.DESCRIPTION])["tables"]
        for said in tables:
            if said["name"] == table:
                said["columns"].append(name)
        return every(table, **{name: value})(forging.described(found, tables=tables))

    return forge


def evidence(edit: Callable[[str, bytes], tuple[str, bytes] | None]) -> Forge:
    """Change the first file of evidence, or take it away."""

    def forge(found: Members) -> Members:
        first = next(name for name in found if name.startswith("data/evidence/"))
        changed: Members = {}
        for name, data in found.items():
            pair = edit(name, data) if name == first else (name, data)
            if pair is not None:
                changed[pair[0]] = pair[1]
        return changed

    return forge


def line(table: str, edit: Callable[[bytes], bytes]) -> Forge:
    """Change the first line of a table as text."""

    def forge(found: Members) -> Members:
        name = layout.rows_name(table, 1)
        first, _, rest = found[name].partition(b"\n")
        return found | {name: edit(first) + b"\n" + rest}

    return forge


FORGERIES: dict[str, tuple[Forge, str]] = {
    # Rows that would become part of something that is here.
    "a trail of another organization": (
        one("trails.Trail", organization_id=OTHER), "not in the export: it would become part"
    ),
    "a member of another organization": (
        more("trails.Membership", organization_id=OTHER), "not in the export"
    ),
    "a key for somebody who is here": (
        one("trails.ApiKey", user_id=OTHER, service_account_id=None), "not in the export"
    ),
    "a member who is not in the file": (
        one("trails.Membership", user_id=OTHER), "not in the export"
    ),
    "a record of another log": (one("evidence.Record", log_id=OTHER), "not in the export"),
    "an activity of the instance": (
        one("trails.Activity", organization_id=None), "belongs to no organization"
    ),
    "a version that is not there": (
        one("trails.Trail", current_id=OTHER), "refers to trails.TrailVersion"
    ),
    "a second organization": (
        more("trails.Organization", id=OTHER, name="second"), "another organization, 'second'"
    ),
    "a second log": (more("evidence.Log", id=OTHER, origin="x/y"), "more than one log"),
    # Rows that contradict one another, or what was signed.
    "an id twice": (more("trails.Workflow"), "Two rows of trails.Workflow have the key"),
    "a leaf twice": (more("evidence.Leaf"), "comes where leaf"),
    "a record less": (fewer("evidence.Leaf"), "do not give the root that was signed"),
    "a checkpoint less": (fewer("evidence.Checkpoint"), "checkpoint does not say"),
    "another digest of a record": (
        one("evidence.Record", sha256="0" * 64), "does not have the hashes of its statement"
    ),
    "another body": (
        one("evidence.Record", body="e30="), "A row of evidence.Record is not one that we write"
    ),
    "another verdict": (
        one("trails.Attestation", is_compliant=None), "is_compliant is None, and True was recorded"
    ),
    "another description": (
        one("trails.Workflow", description="nothing"), "description is 'nothing'"
    ),
    "another state": (every("trails.WorkflowStatus", state="compliant"), "judged again it is"),
    "another reporter": (one("trails.Attestation", by_name="Eve"), "by_name is 'Eve'"),
    "free data": (one("trails.UserData", text='{"a":2}'), "is not what was recorded"),
    "a file less": (fewer("trails.Evidence"), "has no row"),
    "another key": (every("evidence.LogKey", vkey="x+00000000+AA=="), "log.vkey does not say"),
    # Names and values that this instance would not give.
    "a reserved name": (every("trails.Organization", name="admin"), "another organization"),
    "a path as a name": (one("trails.Evidence", name="../../etc/passwd"), "would be written as"),
    "a step with a path": (one("trails.Attestation", step="../x"), "not a valid step name"),
    "a header as a type": (one("trails.Evidence", media_type="text/html\r\nX: y"), "no media type"),
    "a link to a script": (
        one("trails.Attestation", external=[{"name": "x", "uri": "javascript:alert(1)"}]),
        "must begin with https://",
    ),
    "a role that is none": (one("trails.Membership", role="owner"), "role of a trails.Membership"),
    "a NUL": (one("trails.Workflow", description="\0"), "description of a trails.Workflow"),
    "a NUL within": (one("trails.Activity", details={"a": ["\0"]}), "details of a trails.Activity"),
    "a number as text": (one("trails.Attestation", number="1"), "number of a trails.Attestation"),
    "a number too large": (one("trails.Attestation", number=1 << 40), "number of a"),
    "true for one": (one("trails.Attestation", number=True), "number of a trails.Attestation"),
    "a moment without a zone": (
        one("trails.Attestation", at="2026-11-24T00:00:00"), "at of a trails.Attestation"
    ),
    "an id in capitals": (one("trails.Trail", id=OTHER.upper()), "id of a trails.Trail"),
    "nothing where something belongs": (one("trails.Trail", name=None), "name of a trails.Trail"),
    "too long a name": (one("trails.User", name="x" * 201), "name of a trails.User"),
    # Columns and tables.
    "an operator": (with_column("trails.User", "is_superuser", True), "'is_superuser', which is"),
    "staff": (with_column("trails.User", "is_staff", True), "'is_staff', which is not imported"),
    "an operator on the sly": (every("trails.User", is_superuser=True), "columns of its table"),
    "a column less": (
        lambda f: forging.edited(f, "trails.User", lambda r: _without(r, "email")), "columns of its"
    ),
    "rows that nobody announced": (
        lambda f: forging.described(f, tables=_without_table(f, "trails.ApiKey")), "says nothing"
    ),
    # Lines.
    "a key twice": (line("trails.Trail", lambda t: t[:-1] + b',"name":"x"}'), "A line of rows"),
    "a space": (line("trails.Trail", lambda t: t.replace(b":", b": ", 1)), "A line of rows"),
    "no object": (line("trails.Trail", lambda t: b"[]"), "A line of rows"),
    "brackets without end": (line("trails.Trail", lambda t: b"[" * 100_000), "A line of rows"),
    "half of a surrogate pair": (
        line("trails.Trail", lambda t: t.replace(b'"name":"', b'"name":"\\ud800')), "A line of rows"
    ),
    # Evidence.
    "other bytes": (evidence(lambda n, d: (n, d + b"!")), "have the SHA-256"),
    "bytes that are missing": (evidence(lambda n, d: None), "were not disposed of"),
    "bytes that nobody names": (
        lambda f: _with_more_evidence(f), "No row speaks of bytes"
    ),
    "another size": (one("evidence.Blob", size=1), "of this size and CRC-32"),
    "another CRC-32": (every("evidence.Blob", crc32=1), "of this size and CRC-32"),
    "a digest that is a path": (one("evidence.Blob", sha256="../" * 20), "no SHA-256"),
    "a path that climbs": (
        evidence(lambda n, d: ("data/evidence/../../../etc/passwd", d)), "not disposed of"
    ),
    # The description.
    "a newer format": (
        lambda f: forging.described(f, format="urn:trailkeeper:export:2"), "newer one"
    ),
    "another name": (lambda f: forging.described(f, organization="second"), "is in a folder"),
    "another origin": (lambda f: forging.described(f, origin="x/acme"), "The log is"),
    "no format": (lambda f: f | {layout.DESCRIPTION: b"{}\n"}, "of format None"),
}  # fmt: skip


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}


def _without_table(found: Members, name: str) -> list[Any]:
    tables = json.loads(found[layout.DESCRIPTION])["tables"]
    return [table for table in tables if table["name"] != name]


def _with_more_evidence(found: Members) -> Members:
    data = b"nobody named this"
    name = layout.evidence_name(hashlib.sha256(data).hexdigest())
    files = {n: d for n, d in found.items() if n.startswith("data/evidence/")} | {name: data}
    others = {n: d for n, d in found.items() if not n.startswith("data/evidence/")}
    return others | {n: files[n] for n in sorted(files)}


NEEDS_A_DATABASE = {
    "another verdict",
    "another description",
    "another state",
    "another reporter",
    "a file less",
}
"""Found when the rows are held against the log: the files are in the vault by then, unnamed."""

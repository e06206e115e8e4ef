"""Inserts the rows of an export as they were, and has all of them held against the log.

In the caller's transaction, which a single finding takes back. Nothing here is a new fact, so no
action is asked; rows are inserted and never changed.
"""

from collections import Counter
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

from evidence.checking import Place, Summary, run
from evidence.findings import Finding, Scope
from evidence.models import Blob
from evidence.writing import insert
from trails.actions import records
from trails.actors import SYSTEM
from trails.fsck.parts import parts
from trails.models import Organization, StateCount, WorkflowStatus
from trails.moving import people
from trails.moving.errors import Refused
from trails.moving.putting import Progress, put_what_is_missing
from trails.moving.scratch import batches
from trails.moving.source import Source
from trails.moving.tables import EXPORTED

_ROWS_AT_ONCE = 500
_FINDINGS = 20


def write(source: Source, accounts: people.Accounts, progress: Progress) -> Organization:
    """Insert every row, and return the organization if all of it is right; else `Refused`."""
    _let_it_take_its_time()
    tables = source.described.tables
    for number, name in enumerate(tables):
        progress("tables", number, len(tables))
        for some in batches(source.rows(name), _ROWS_AT_ONCE):
            kept = [row for one in some if (row := people.mapped(name, one, accounts))]
            _insert(name, kept)
    put_what_is_missing(source)
    organization = Organization.objects.get(log_id=source.checked.log_id)
    _count(organization)
    _check(source.checked.log_id, progress)
    records.note(
        organization,
        actor=SYSTEM,
        verb="organization.imported",
        subject=organization.name,
        details={"from": source.described.public_url, "made_at": source.described.made_at},
    )
    return organization


def _let_it_take_its_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SET LOCAL {name} = 0")


def _insert(name: str, values: list[dict[str, Any]]) -> None:
    if name == "trails.User":
        for row in values:
            row.setdefault("password", make_password(None))
    model = EXPORTED[name].model
    if model is Blob:
        values = _unknown(values)
    insert([model(**row) for row in values], ignore_conflicts=model is Blob)


def _unknown(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those of some blobs that no other organization has named. `Refused` if they differ."""
    known = Blob.objects.in_bulk([row["sha256"] for row in values])
    for row in values:
        here = known.get(row["sha256"])
        if here is not None and (here.size, here.crc32) != (row["size"], row["crc32"]):
            raise Refused(
                f"Blob {row['sha256']} is here with {here.size} bytes and CRC-32 {here.crc32}, and "
                f"in the export with {row['size']} and {row['crc32']}."
            )
    return [row for row in values if row["sha256"] not in known]


def _count(organization: Organization) -> None:
    """Write how many workflows of each trail are in each state."""
    states = WorkflowStatus.objects.filter(trail__organization=organization)
    counted = Counter(states.values_list("trail_id", "state").iterator())
    insert(
        [StateCount(trail_id=trail, state=state, change=n) for (trail, state), n in counted.items()]
    )


def _check(log_id: str, progress: Progress) -> None:
    """Have every check of the log and of its rows run. `Refused` with what they find."""
    found: list[str] = []

    def report(finding: Finding) -> None:
        found.append(str(finding))
        if len(found) >= _FINDINGS:
            raise _findings(found)

    def tell(part: str, summary: Summary) -> None:
        progress("checked", summary.rows, 0)

    scope = Scope(log=log_id, reads_bytes=False)
    # The bytes were hashed as they came, and looked for a moment ago.
    chosen = (part for part in parts(scope) if part.name != "blobs")
    if run(chosen, Place(None, scope, ""), report, tell).errors:
        raise _findings(found)


def _findings(found: list[str]) -> Refused:
    return Refused(
        "The rows of the export do not fit what its log says, so nothing was imported:\n"
        + "\n".join(found)
    )

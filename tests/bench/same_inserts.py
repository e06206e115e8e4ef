"""The yardstick of what attesting asks of the database: pgbench committing the same rows.

An attestation that the product has made is read back, and its rows become a script of pgbench: a
transaction that locks the state of its workflow, inserts the rows that remain of a report into the
same tables, in one statement, and brings the state up to date. Keys, digests and numbers are new
each time; everything else has the same bytes. The record gets its leaf within the same transaction.
Left out is what is not a row for each report: the checkpoint, which many share, and every SELECT
that decides whether the report may be made.
"""
# ruff: noqa: S608  every name and literal is of our own schema, in a database made for the run

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from tests.plugins.postgres import find_programs

FOUND = shutil.which("pgbench", path=f"{find_programs()}") or shutil.which("pgbench")
NO_PGBENCH = "pgbench is not installed (apt-get install postgresql)"

_DIGEST = "md5(random()::text) || md5(random()::text)"
_ATTESTATION = "(SELECT id FROM trails_attestation LIMIT 1)"
_FILES = "SELECT {} FROM trails_evidence WHERE attestation_id = " + _ATTESTATION
# Table by table: which rows an attestation has there, and the columns that differ each time. `k`
# holds the new keys; `{n}` is the number of the row.
_TABLES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("evidence_blob", f"sha256 IN ({_FILES.format('blob_id')})", {"sha256": "k.blob{n}"}),
    (
        "evidence_record",
        f"id = (SELECT record_id FROM trails_attestation WHERE id = {_ATTESTATION})",
        {"id": "k.record", "sha256": _DIGEST, "leaf_hash": "k.leaf"},
    ),
    (
        "evidence_leaf",
        f"record_id = (SELECT record_id FROM trails_attestation WHERE id = {_ATTESTATION})",
        {"record_id": "k.record", "index": "nextval('bench_leaf')"},
    ),
    (
        "trails_attestation",
        f"id = {_ATTESTATION}",
        {
            "id": "k.attestation",
            "workflow_id": ":workflow::uuid",
            "number": ":number::int",
            "record_id": "k.record",
        },
    ),
    (
        "trails_evidence",
        f"attestation_id = {_ATTESTATION}",
        {
            "id": "gen_random_uuid()",
            "attestation_id": "k.attestation",
            "blob_id": "k.blob{n}",
        },
    ),
    (
        "trails_searchtext",
        f"attestation_id = {_ATTESTATION}",
        {"workflow_id": ":workflow::uuid", "attestation_id": "k.attestation"},
    ),
)
_STATUS = ("attestations", "last_at", "latest", "state", "reasons", "missing")


def script(url: str) -> str:
    """Give the script of pgbench for a database in which something has been attested."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE bench_leaf MINVALUE 1000000")
        inserts = []
        for table, which, new in _TABLES:
            for number, row in enumerate(_rows(connection, table, which), start=1):
                values = {
                    column: new[column].format(n=number) if column in new else literal
                    for column, literal in row.items()
                }
                names = ", ".join(f'"{column}"' for column in values)
                inserts.append(
                    f"INSERT INTO {table} ({names}) SELECT {', '.join(values.values())} FROM k"
                )
        [status] = _rows(
            connection,
            "trails_workflowstatus",
            f"workflow_id = (SELECT workflow_id FROM trails_attestation WHERE id = {_ATTESTATION})",
        )
    sets = ", ".join(
        f"{column} = " + (":number::int" if column == "attestations" else status[column])
        for column in _STATUS
    )
    blobs = ", ".join(f"{_DIGEST} AS blob{number}" for number in (1, 2, 3))
    keys = f"gen_random_uuid() AS record, gen_random_uuid() AS attestation, {_DIGEST} AS leaf"
    parts = ", ".join(f"w{number} AS ({insert})" for number, insert in enumerate(inserts))
    return (
        "BEGIN;\n"
        "SELECT s.workflow_id AS workflow, s.attestations + 1 AS number "
        "FROM trails_workflowstatus s JOIN trails_workflow w ON w.id = s.workflow_id "
        "WHERE w.name = 'run-' || :client_id::text FOR UPDATE OF s \\gset\n"
        f"WITH k AS MATERIALIZED (SELECT {keys}, {blobs}), {parts} "
        f"UPDATE trails_workflowstatus SET {sets} WHERE workflow_id = :workflow::uuid;\n"
        "COMMIT;\n"
    )


def _rows(
    connection: psycopg.Connection[tuple[object, ...]], table: str, which: str
) -> list[dict[str, str]]:
    """Give rows with their values as literals. What the database makes itself is left out."""
    columns = [
        str(name)
        for (name,) in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
            "AND is_identity = 'NO' AND is_generated = 'NEVER' ORDER BY ordinal_position",
            [table],
        )
    ]
    literals = sql.SQL(", ").join(
        sql.SQL("coalesce(quote_literal({}::text), 'NULL')").format(sql.Identifier(column))
        for column in columns
    )
    query = sql.SQL("SELECT {} FROM {} WHERE {} ORDER BY 1").format(
        literals,
        sql.Identifier(table),
        sql.SQL(which),
    )
    rows = connection.execute(query)
    found = [dict(zip(columns, map(_without_colons, row), strict=True)) for row in rows]
    if not found:
        raise RuntimeError(f"The attestation that was made has nothing in {table}.")
    return found


def _without_colons(literal: object) -> str:
    """Give a literal as an escape string: pgbench takes a colon for a variable, quoted or not."""
    said = str(literal)
    if ":" not in said:
        return said
    return ("" if said.startswith("E'") else "E") + said.replace(":", r"\x3a")


def rate(url: str, path: Path, clients: int, seconds: float) -> float:
    """Let pgbench run a script; give the transactions that it committed each second."""
    if FOUND is None:
        raise RuntimeError(f"{NO_PGBENCH}.")
    command = [FOUND, "--no-vacuum", "--protocol=prepared", f"--file={path}"]
    command += [f"--client={clients}", "--jobs=2", f"--time={max(round(seconds), 1)}", url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = re.search(r"tps = ([0-9.]+)", done.stdout)
    if done.returncode or told is None:
        raise RuntimeError(f"pgbench ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return float(told[1])

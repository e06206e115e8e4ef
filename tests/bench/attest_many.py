"""Attesting many events in one request: all of them recorded and sealed, or none.

The yardstick is COPY of the very same rows into tables with the same columns, checks and indexes,
by one connection, in one transaction: what PostgreSQL takes for the rows that remain. It looks up
no key of another table and makes none of the rows.
"""

import http.client
import json
import time
from typing import Any

import psycopg
from psycopg import sql

from tests.bench.figures import Figure, Spread
from tests.bench.ground import BenchServer, Ground
from tests.bench.material import ORGANIZATION, STEPS, TRAIL

AT_LEAST = 5_000
WORKFLOWS = 100
PATH = f"/api/v1/organizations/{ORGANIZATION}/trails/{TRAIL}/attestations"
TABLES = ("evidence_record", "evidence_leaf", "trails_attestation", "trails_searchtext")


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Post one request after the other, each followed by a COPY of the rows that it made."""
    items, rounds = (2_000, 2) if quick else (10_000, 9)
    ours, copied = [], []
    with ground.server() as server:
        made = ground.fill(server, "empty_workflows", count=WORKFLOWS)
        server.start()
        _post(server, made["token"], items // 10)
        with psycopg.connect(server.database_url, autocommit=True) as connection:
            columns = {table: _twin(connection, table) for table in TABLES}
            for _ in range(rounds):
                before = {table: _count(connection, table) for table in TABLES}
                ours.append(items / _post(server, made["token"], items))
                copied.append(items / _copy(connection, columns, before, items))
    return [
        Figure(
            name=f"attest many: {items:,} attestations in one request, without files",
            value=Spread.of(ours),
            unit="1/s",
            yardstick="COPY of the same rows into tables with the same indexes",
            yardstick_value=Spread.of(copied),
            ratio=Spread.of_ratios(ours, copied),
            above=AT_LEAST,
            because="bounded by Python on one processor: for each, JSON is checked strictly, a "
            "statement is built and hashed, five rows are made and a verdict is given; one commit "
            "and one seal serve all",
        )
    ]


def _post(server: BenchServer, token: str, items: int) -> float:
    """Post so many reports at once; give the seconds until they are acknowledged."""
    body = json.dumps(
        {
            "attestations": [
                {
                    "workflow": f"run-{number % WORKFLOWS}",
                    "step": STEPS[number % len(STEPS)],
                    "is_compliant": True,
                    "description": f"Command {number} of a session on a production host",
                }
                for number in range(items)
            ]
        }
    ).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(server.host, server.port, timeout=300)
    begun = time.monotonic()
    connection.request("POST", PATH, body, headers)
    answer = connection.getresponse()
    told = answer.read()
    took = time.monotonic() - begun
    connection.close()
    if answer.status != 201 or len(json.loads(told)["attestations"]) != items:
        raise RuntimeError(f"{PATH} answered {answer.status}: {told[:500]!r}")
    return took


def _twin(connection: psycopg.Connection[Any], table: str) -> sql.Composed:
    """Make a table with the same columns, checks and indexes; give the columns that rows bring."""
    made = sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)")
    connection.execute(made.format(sql.Identifier(f"bench_{table}"), sql.Identifier(table)))
    names = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in names)


def _count(connection: psycopg.Connection[Any], table: str) -> int:
    found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    [(count,)] = found.fetchall()
    return int(count)


def _copy(
    connection: psycopg.Connection[Any],
    columns: dict[str, sql.Composed],
    before: dict[str, int],
    items: int,
) -> float:
    """Copy the newest rows of each table; give the seconds. Also finds a row that is missing."""
    read = {}
    for table in TABLES:
        name = sql.Identifier(table)
        if _count(connection, table) - before[table] != items:
            raise RuntimeError(f"{items} attestations were acknowledged; {table} has others.")
        # By their first column, the key: keys are in the order of time.
        newest = sql.SQL("COPY (SELECT {} FROM {} ORDER BY 1 OFFSET {}) TO STDOUT")
        query = newest.format(columns[table], name, sql.Literal(before[table]))
        with connection.cursor().copy(query) as copy:
            read[table] = [bytes(block) for block in copy]
    begun = time.monotonic()
    with connection.transaction():
        for table, blocks in read.items():
            target = sql.Identifier(f"bench_{table}")
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(target, columns[table])
            with connection.cursor().copy(into) as copy:
                for block in blocks:
                    copy.write(block)
    return time.monotonic() - begun

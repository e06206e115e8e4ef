"""Sealing and proving: how fast pending records get their places, and what a proof costs.

Both engines, in a process of its own each; the last figure through the real server.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.attest import CLIENTS
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, BenchServer, Ground, run

MEMORY_BOUND = 64
WORK = "tests.bench.sealing_work"


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Seal many pending records at once, on both engines."""
    records = 5_000 if quick else 100_000
    found = []
    for engine in ("sqlite", "postgres"):
        with _database(ground, engine) as environment:
            told = run(WORK, "seal", str(records), environment=environment)
        rate = records / told["seconds"]
        found += [
            Figure(
                name=f"seal: 10,000 records, at the pace of {records:,} pending ones, {engine}",
                value=Spread.of([told["seconds"] / records * 10_000]),
                unit="s",
                yardstick="as many plain rows by executemany in one transaction",
                yardstick_value=Spread.of([told["plain"] / records * 10_000]),
                ratio=Spread.of([told["plain"] / told["seconds"]]),
                below=1.0,
                because=f"{rate:,.0f} records/s; bounded by one row for each leaf, and its guards",
            ),
            Figure(
                name=f"seal: memory that sealing {records:,} records takes, {engine}",
                value=Spread.of([told["grown"] / MEGABYTE]),
                unit="MB",
                below=MEMORY_BOUND,
                because="bounded by the few thousand records that are in memory together",
            ),
        ]
    return found


def measure_proofs(ground: Ground, *, quick: bool) -> list[Figure]:
    """Prove random records of a log of ten thousand and of one of a million."""
    few, many = (1_000, 20_000) if quick else (10_000, 1_000_000)
    found = []
    for engine in ("sqlite", "postgres"):
        with _database(ground, engine) as environment:
            told = run(WORK, "prove", str(few), str(many), environment=environment)
        found += [
            Figure(
                name=f"prove: one record of {many:,}, median, {engine}",
                value=Spread.of([told["many"] * 1000]),
                unit="ms",
                yardstick=f"one record of {few:,}",
                yardstick_value=Spread.of([told["few"] * 1000]),
                below=10,
                because="bounded by one query for each tile that the path crosses",
            ),
            Figure(
                name=f"prove: growth of that cost from {few:,} to {many:,}, {engine}",
                value=Spread.of([told["many"] / told["few"]]),
                unit="×",
                below=1.5,
                because="one more level of tiles for 256 times the records",
            ),
            Figure(
                name=f"prove: tiles read, at most, {engine}",
                value=Spread.of([told["tiles"]]),
                unit="tiles",
                below=31,
                because="two a level: that of the record, and the last one",
            ),
        ]
    return found


def measure_inline(ground: Ground, *, quick: bool) -> list[Figure]:
    """Attest with sealing inline and with sealing off, in turns."""
    rounds, seconds = (2, 1.0) if quick else (9, 4.0)
    ours, yardstick = [], []
    with ground.server() as inline, ground.server(SEALING="worker") as off:
        attest_inline, attest_off = _attesting(ground, inline), _attesting(ground, off)
        for _ in range(rounds):
            ours.append(attest_inline(seconds))
            yardstick.append(attest_off(seconds))
        [(pending,)] = inline.sql("SELECT count(*) FROM evidence_pending")
        if pending:
            raise RuntimeError(f"{pending} records were acknowledged and not sealed.")
    return [
        Figure(
            name=f"attest: sealing inline, {CLIENTS} clients",
            value=Spread.of(ours),
            unit="1/s",
            yardstick="sealing off",
            yardstick_value=Spread.of(yardstick),
            ratio=Spread.of([a / b for a, b in zip(ours, yardstick, strict=True)]),
            at_least=0.8,
            because="whoever seals does it for all who wait",
        )
    ]


def _attesting(ground: Ground, server: BenchServer) -> Callable[[float], float]:
    """Start a server with a workflow for each client; give what measures its requests/s."""
    made = ground.fill(server, "empty_workflows", count=CLIENTS)
    paths = [f"{address}/attestations" for address in made["addresses"]]
    server.start()

    def attest(seconds: float) -> float:
        told = run(
            "tests.bench.load", server.host, str(server.port), str(seconds), made["token"], *paths
        )
        return float(len(told["took"]) / told["seconds"])

    attest(1.0)  # threads, pools, prepared statements
    return attest


@contextmanager
def _database(ground: Ground, engine: str) -> Iterator[dict[str, str]]:
    """Give the environment of an installation with an empty database of the engine."""
    with ground.server() as server:
        environment = dict(server.environment)
        if engine == "sqlite":
            path = server.data_dir / "bench.sqlite3"
            environment["DATABASE_URL"] = f"sqlite:///{path}"
        yield os.environ | environment

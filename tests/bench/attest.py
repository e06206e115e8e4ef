"""Attesting through HTTP: three files of 4 KB, 16 clients, every answer a durable one.

The yardstick is a bare Django view on the same server that inserts one row and writes one file with
fsync: `tests.bench.bare`, with the product's settings and middleware. Both sides get the same
multipart requests from the same clients, in turns.
"""

import statistics
from collections.abc import Sequence
from typing import Any

from tests.bench.figures import Figure, Spread
from tests.bench.ground import BenchServer, Ground, run

CLIENTS = 16
BARE_TABLE = (
    "CREATE TABLE bench_row (id bigserial PRIMARY KEY, name varchar(100) NOT NULL,"
    " size integer NOT NULL, at timestamptz NOT NULL)"
)


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Let both servers answer in turns; compare the rounds that were neighbours."""
    rounds, seconds = (3, 2.0) if quick else (9, 4.0)
    with ground.server() as ours, ground.server(app="tests.bench.bare:application") as bare:
        made = ground.fill(ours, "empty_workflows", count=CLIENTS)
        paths = [f"{address}/attestations" for address in made["addresses"]]
        bare.sql(BARE_TABLE)
        (bare.data_dir / "bare").mkdir()
        ours.start()
        bare.start()
        for server, where in ((ours, paths), (bare, ["/keep"] * CLIENTS)):
            _round(server, where, made["token"], 1.0)  # threads, pools, prepared pages
        our_rounds, bare_rounds = [], []
        for _ in range(rounds):
            our_rounds.append(_round(ours, paths, made["token"], seconds))
            bare_rounds.append(_round(bare, ["/keep"] * CLIENTS, made["token"], seconds))
        _check(ours, our_rounds)
    return [_rate(our_rounds, bare_rounds), *_latencies(our_rounds, bare_rounds)]


def _round(server: BenchServer, paths: Sequence[str], token: str, seconds: float) -> dict[str, Any]:
    return run("tests.bench.load", server.host, str(server.port), str(seconds), token, *paths)


def _check(server: BenchServer, rounds: Sequence[dict[str, Any]]) -> None:
    """Nothing that was acknowledged may be missing, or the speed is worth nothing."""
    acknowledged = sum(len(one["took"]) for one in rounds)
    [(kept,)] = server.sql("SELECT count(*) FROM trails_evidence")
    if kept < 3 * acknowledged:
        raise RuntimeError(f"{acknowledged} reports were acknowledged; {kept} files are there.")


def _rate(ours: Sequence[dict[str, Any]], bare: Sequence[dict[str, Any]]) -> Figure:
    our_rates = [len(one["took"]) / one["seconds"] for one in ours]
    bare_rates = [len(one["took"]) / one["seconds"] for one in bare]
    return Figure(
        name=f"attest: three files of 4 KB through HTTP, {CLIENTS} clients",
        value=Spread.of(our_rates),
        unit="requests/s",
        yardstick="a bare Django view on the same server that inserts one row and writes one file "
        "with fsync",
        yardstick_value=Spread.of(bare_rates),
        ratio=Spread.of([a / b for a, b in zip(our_rates, bare_rates, strict=True)]),
        at_least=0.5,
        because="bounded by the processors: three files instead of one, each linked to its address "
        "and checked; four statements, the last of which writes six tables and is checked by a "
        "dozen foreign keys; the key, strict JSON, the statement, the verdict; and the seal",
    )


def _latencies(ours: Sequence[dict[str, Any]], bare: Sequence[dict[str, Any]]) -> list[Figure]:
    return [
        Figure(
            name=f"attest: {name} of the time to an answer",
            value=_percentile(ours, percent),
            unit="ms",
            yardstick="bare Django view",
            yardstick_value=_percentile(bare, percent),
            because=f"{CLIENTS} clients wait for each other: a request's own work is a small part",
        )
        for name, percent in (("median", 50), ("99th percentile", 99))
    ]


def _percentile(rounds: Sequence[dict[str, Any]], percent: int) -> Spread:
    return Spread.of(
        [statistics.quantiles(one["took"], n=100)[percent - 1] * 1000 for one in rounds]
    )

"""Attesting through HTTP: three files of 4 KB, 16 clients, every answer a durable one.

Measured in turns with what bounds it (the same rows by pgbench, the same files with their fsyncs)
and with what else one could build: a bare Django view (`bare`), and plain ones that keep a history
with a library (`facts`). All servers are granian with the same settings, on one PostgreSQL; all get
the same multipart requests from the same clients.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from tests.bench import same_inserts
from tests.bench.figures import Figure, Spread
from tests.bench.ground import BenchServer, Ground, run
from tests.plugins.template import PROJECT

CLIENTS = 16
BARE_TABLE = (
    "CREATE TABLE bench_row (id bigserial PRIMARY KEY, name varchar(100) NOT NULL,"
    " size integer NOT NULL, at timestamptz NOT NULL)"
)
HISTORIES = {"django-auditlog": "audited", "django-pghistory": "tracked"}
_NAME = f"attest: three files of 4 KB, {CLIENTS} clients"

Told = dict[str, Any]
"""What `load` prints: the seconds of each answer, and of all."""


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Let everybody run in turns; compare the rounds that were neighbours."""
    rounds, seconds = (2, 1.0) if quick else (9, 4.0)
    with ExitStack() as stack:
        ours = stack.enter_context(ground.server())
        made = ground.fill(ours, "empty_workflows", count=CLIENTS)
        paths = [f"{address}/attestations" for address in made["addresses"]]
        ours.start()
        runs: dict[str, Callable[[float], Told]] = {
            "ours": lambda seconds: load(ours, paths, made["token"], seconds),
            "bare": _bare(ground, stack),
            "fsyncs": lambda seconds: run(
                "tests.bench.same_syncs", str(ground.folder / "syncs"), str(seconds), str(CLIENTS)
            ),
        }
        for library, project in HISTORIES.items():
            runs[library] = _plain(ground, stack, project)
        if same_inserts.FOUND:
            runs["pgbench"] = _pgbench(ground, stack)
        found: dict[str, list[Told]] = {name: [] for name in runs}
        for one in runs.values():
            one(1.0)  # threads, pools, prepared pages
        for _ in range(rounds):
            for name, one in runs.items():
                found[name].append(one(seconds))
        _check(ours, found["ours"])
    rates = {name: [_rate(told) for told in tolds] for name, tolds in found.items()}
    return [
        _bound(rates),
        *(_history(rates, library) for library in HISTORIES),
        _against_bare(rates),
        *_latencies(found["ours"], found["bare"]),
    ]


def load(server: BenchServer, paths: Sequence[str], token: str, seconds: float) -> Told:
    """Let as many clients as there are paths post reports."""
    return run("tests.bench.load", server.host, str(server.port), str(seconds), token, *paths)


def _bare(ground: Ground, stack: ExitStack) -> Callable[[float], Told]:
    server = stack.enter_context(ground.server(app="tests.bench.bare:application"))
    server.sql(BARE_TABLE)
    (server.data_dir / "bare").mkdir()
    server.start()
    return lambda seconds: load(server, ["/keep"] * CLIENTS, "none", seconds)


def _plain(ground: Ground, stack: ExitStack, project: str) -> Callable[[float], Told]:
    server = stack.enter_context(ground.server(app=f"tests.bench.{project}.wsgi:application"))
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"],
        cwd=PROJECT,
        env=server.environment | {"DJANGO_SETTINGS_MODULE": f"tests.bench.{project}.settings"},
        check=True,
    )
    server.start()
    return lambda seconds: load(server, ["/keep"] * CLIENTS, "none", seconds)


def _pgbench(ground: Ground, stack: ExitStack) -> Callable[[float], Told]:
    """Give what commits the rows; its database is the product's, but nobody serves it."""
    database = stack.enter_context(ground.server())
    ground.fill(database, "attested_workflows", count=CLIENTS)
    path = ground.folder / "same-inserts.sql"
    path.write_text(same_inserts.script(database.database_url))
    return lambda seconds: {
        "rate": same_inserts.rate(database.database_url, path, CLIENTS, seconds)
    }


def _rate(told: Told) -> float:
    return float(told["rate"] if "rate" in told else len(told["took"]) / told["seconds"])


def _check(server: BenchServer, rounds: Sequence[Told]) -> None:
    """Nothing that was acknowledged may be missing, or the speed is worth nothing."""
    acknowledged = sum(len(one["took"]) for one in rounds)
    [(kept,)] = server.sql("SELECT count(*) FROM trails_evidence")
    if kept < 3 * acknowledged:
        raise RuntimeError(f"{acknowledged} reports were acknowledged; {kept} files are there.")


def _bound(rates: dict[str, list[float]]) -> Figure:
    """Compare with rows and files together: a report takes the time of one, then of the other."""
    because = (
        "the bound is the disk: a commit, and the fsyncs of three files and of their folders, "
        "before the answer. Ours also reads the request, hashes, checks, judges and seals, "
        "in Python on the same processors"
    )
    bound = None
    if "pgbench" in rates:
        pairs = zip(rates["pgbench"], rates["fsyncs"], strict=True)
        bound = [1 / (1 / rows + 1 / files) for rows, files in pairs]
        rows, files = (Spread.of(rates[name]).median for name in ("pgbench", "fsyncs"))
        because += f" (pgbench alone {rows:,.0f}, the files alone {files:,.0f} a second)"
    return Figure(
        name=f"{_NAME}, against rows and fsyncs",
        value=Spread.of(rates["ours"]),
        unit="1/s",
        yardstick=f"pgbench committing the same rows, then the same fsyncs, {CLIENTS} clients each",
        yardstick_value=Spread.of(bound) if bound else None,
        ratio=Spread.of_ratios(rates["ours"], bound) if bound else None,
        at_least=0.8,
        because=because,
        unmeasured="" if bound else same_inserts.NO_PGBENCH,
    )


def _history(rates: dict[str, list[float]], library: str) -> Figure:
    return Figure(
        name=f"{_NAME}, against {library}",
        value=Spread.of(rates["ours"]),
        unit="1/s",
        yardstick=f"a plain Django view on the same server that saves the fact with one file, its "
        f"history by {library}",
        yardstick_value=Spread.of(rates[library]),
        ratio=Spread.of_ratios(rates["ours"], rates[library]),
        at_least=1.0,
        because="it waits for one commit, and neither for its file to be on the disk nor for a "
        "digest or a seal; bounded by the processors",
    )


def _against_bare(rates: dict[str, list[float]]) -> Figure:
    return Figure(
        name=f"{_NAME}, against a bare view",
        value=Spread.of(rates["ours"]),
        unit="1/s",
        yardstick="a bare Django view on the same server that inserts one row and writes one file "
        "with fsync",
        yardstick_value=Spread.of(rates["bare"]),
        ratio=Spread.of_ratios(rates["ours"], rates["bare"]),
        at_least=0.5,
        because="bounded by the processors: three files instead of one, each linked to its address "
        "and checked; four statements, the last of which writes six tables and is checked by a "
        "dozen foreign keys; the key, strict JSON, the statement, the verdict; and the seal",
    )


def _latencies(ours: Sequence[Told], bare: Sequence[Told]) -> list[Figure]:
    return [
        Figure(
            name=f"attest: {name} of the time to an answer",
            value=_percentile(ours, percent),
            unit="ms",
            yardstick="the bare Django view",
            yardstick_value=_percentile(bare, percent),
            because=f"{CLIENTS} clients wait for each other: a request's own work is a small part",
        )
        for name, percent in (("median", 50), ("99th percentile", 99))
    ]


def _percentile(rounds: Sequence[Told], percent: int) -> Spread:
    return Spread.of(
        [statistics.quantiles(one["took"], n=100)[percent - 1] * 1000 for one in rounds]
    )

"""Servers and workers die at random under sixteen writers: what was acknowledged is there, whole.

Five minutes; CHAOS_SECONDS says how long instead.
"""

import os
import time
from pathlib import Path

import pytest

from tests import vaults
from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
)
from tests.anomalies.chaos import Chaos, Mortal, Worker
from tests.anomalies.ledger_aftermath import (
    check_that_all_are_sealed,
    check_the_ledgers,
    check_with_fsck,
)
from tests.anomalies.patient import Patient
from tests.anomalies.recovery import sweep
from tests.anomalies.reporters import make_world
from tests.plugins.leftovers import Leftovers
from tests.plugins.servers import MakeServer

WORKFLOWS = [f"run-{number}" for number in range(8)]
WRITERS = 16
SECONDS = float(os.environ.get("CHAOS_SECONDS", "300"))


@pytest.mark.soak
def test_whoever_dies_nothing_is_lost(
    make_server: MakeServer, server_leftovers: Leftovers, tmp_path: Path
) -> None:
    replica = vaults.Folder(tmp_path / "replica")
    replica.root.mkdir()
    first = make_server(threads=WRITERS, LOG_LEVEL="ERROR", VAULT_REPLICA_URL=replica.url)
    second = make_server(
        threads=WRITERS,
        LOG_LEVEL="ERROR",
        SEALING="worker",
        DATABASE_URL=first.database_url,
        VAULT_ROOT=str(first.vault_root),
        VAULT_URL=first.environment.get("VAULT_URL", ""),
        VAULT_REPLICA_URL=replica.url,
        PUBLIC_URL=first.url,
    )
    token = make_world(first, WORKFLOWS)
    workers = {
        name: Worker(first, server_leftovers, tmp_path / f"{name}.log", *command)
        for name, command in {
            "one sealer": ("seal", "--loop", "--every", "0.1"),
            "another sealer": ("seal", "--loop", "--every", "0.1"),
            "one copier": ("replicate", "--loop", "--every", "0.2"),
            "another copier": ("replicate", "--loop", "--every", "0.2"),
            "scrubber": ("scrub", "--copy", "vault", "--loop", "--every", "0.5"),
        }.items()
    }
    mortals: dict[str, Mortal] = {"first": first, "second": second, **workers}
    try:
        for mortal in mortals.values():
            mortal.start()
        load = Patient([first, second], token, WORKFLOWS, threads=WRITERS)
        chaos = Chaos(mortals, pauses=(0.2, 1.5))
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends and not load.failures and chaos.failure is None:
            time.sleep(0.1)
        chaos.stop()
        load.stop()
        assert not any(worker.ended_by_itself for worker in workers.values()), [
            worker.log[-3000:] for worker in workers.values() if worker.ended_by_itself
        ]
    finally:
        for mortal in mortals.values():
            mortal.kill()
    assert load.failures == []
    assert load.met["recorded"] == len(load.sent) > 0
    assert load.met["gone"] > 0, "Nobody noticed."
    assert {"first", "second"} & chaos.killed.keys() and set(workers) & chaos.killed.keys()

    # Each was sent until it was acknowledged, and recorded once.
    assert first.sql("SELECT count(*) FROM trails_attestation") == [(len(load.sent),)]
    assert len({report.id for report in load.sent}) == len(load.sent)
    check_that_nothing_is_half(first)
    check_that_nothing_acknowledged_is_lost(first, load.sent)
    assert first.manage("seal").returncode == 0
    acme = check_the_ledgers(first, [s.data_dir / "checkpoints" for s in (first, second)])["acme"]
    assert acme.pending == []
    check_that_all_are_sealed(first, [report.id for report in load.sent if report.id])
    sweep(first)
    # What the dead had taken is left to them for a minute; here that minute is over.
    for table in ("evidence_uncopied", "evidence_roundpart"):
        first.sql(f"UPDATE {table} SET due_at = '2000-01-01 00:00:00+00:00'")  # noqa: S608
    done = first.manage("replicate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert replica.names() == first.vault.names()
    for command in (("scrub", "--all"), ("replicate", "--all")):
        done = first.manage(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    check_with_fsck(first)

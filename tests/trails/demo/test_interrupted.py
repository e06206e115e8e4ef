"""An interrupted demo is completed by the next run, and looks as if nothing had happened."""

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT
from tests.trails.demo.conftest import RunDemo
from tests.trails.demo.counting import rows
from tests.trails.demo.generated import everything
from trails.demo import processes
from trails.demo.processes import disaster_recovery
from trails.models import Attestation, WorkflowStatus

TABLES = (
    "trails_attestation",
    "trails_evidence",
    "trails_workflow",
    "trails_apikey",
    "trails_user",
)


class PowerFailure(Exception):
    """What interrupts the demo."""


def story() -> list[tuple[Any, ...]]:
    """Gives who attested what, in order, without ids and clocks."""
    told = Attestation.objects.order_by("workflow__name", "number").values_list(
        "workflow__name", "number", "step", "is_compliant", "content_sha256", "by_name"
    )
    return list(told)


def test_a_run_that_broke_off_in_the_middle_of_a_workflow_is_completed(
    run_demo: RunDemo, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> bytes:
        raise PowerFailure

    with monkeypatch.context() as broken:
        broken.setattr(disaster_recovery, "chart", fail)
        with pytest.raises(PowerFailure):
            run_demo()
    half = story()
    assert half and len({row[0] for row in half}) < len({file.workflow for file in everything()})
    assert WorkflowStatus.objects.get(workflow__name="dr-drill-2026-q2").attestations == 4
    assert list(Path(settings.VAULT_STAGING).iterdir()) == [], "what was staged is discarded"

    run_demo()
    whole = story()
    assert set(half) < set(whole)
    numbers = [row[1] for row in whole if row[0] == "dr-drill-2026-q2"]
    assert numbers == [1, 2, 3, 4, 5, 6]

    before = rows()
    run_demo()
    assert rows() == before


def count(server: Server, table: str) -> int:
    """Gives the number of rows, read past Django."""
    return int(server.sql(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608


def run_killed_at(server: Server, table: str, least: int) -> None:
    """Runs the demo in a process and kills it once a table has so many rows."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=PROJECT,
        env=server.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while count(server, table) < least:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("table", "least"), [("trails_user", 1), ("trails_trail", 1), ("trails_attestation", 60)]
)
def test_a_run_that_was_killed_is_completed(
    make_server: MakeServer, table: str, least: int
) -> None:
    server = make_server()
    run_killed_at(server, table, least)
    files = everything()
    versions = [version for trail in processes.trails() for version in trail.versions]
    attestations = sum(len(w.attestations) for version in versions for w in version.workflows)
    assert count(server, "trails_attestation") < attestations

    done = server.manage("demo")
    assert done.returncode == 0, done.stderr
    assert count(server, "trails_attestation") == attestations
    assert count(server, "trails_evidence") == len(files)
    assert [count(server, table) for table in ("trails_user", "trails_apikey")] == [3, 2]
    named = {name.rsplit("/", 1)[-1] for name in server.vault.names()}
    assert named == {hashlib.sha256(file.data).hexdigest() for file in files}
    # Also those that were drawn before the kill: no account has a password that nobody knows.
    assert "changed since" not in done.stdout

"""`manage.py seal`: a worker gives pending records their places, and says why it cannot."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evidence.models import Checkpoint, Contradiction, Leaf, Pending
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT
from tests.plugins.world import World, build_world


def seal(*arguments: str) -> str:
    """Runs the command; gives what it printed."""
    out = io.StringIO()
    call_command("seal", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def waiting(db: None, settings: Any, django_capture_on_commit_callbacks: Callable) -> World:
    """The world where a worker seals: every record of its two logs is pending."""
    settings.SEALING = "worker"
    with django_capture_on_commit_callbacks(execute=True):
        return build_world()


def test_every_log_with_pending_records_is_sealed(waiting: World) -> None:
    logs = [waiting.acme.log, waiting.rival.log]
    counts = {log: Pending.objects.filter(log=log).count() for log in logs}
    assert all(counts.values()) and not Checkpoint.objects.exists()
    out = seal()
    assert not Pending.objects.exists()
    for log, count in counts.items():
        assert f"{log}: {count} records\n" in out
        assert Checkpoint.objects.get(log=log).size == count


def test_without_pending_records_nothing_is_signed(waiting: World) -> None:
    seal()
    assert seal() == ""
    assert Checkpoint.objects.count() == 2


def test_a_log_that_may_not_sign_is_named_and_keeps_no_other(waiting: World) -> None:
    Contradiction.objects.create(
        log=waiting.acme.log, source="w", size=1 << 40, reason="A witness has seen more."
    )
    with pytest.raises(CommandError, match="acme: A witness has seen more"):
        seal()
    assert not Checkpoint.objects.filter(log=waiting.acme.log).exists()
    assert Checkpoint.objects.filter(log=waiting.rival.log).exists()


def test_without_a_key_it_says_what_to_do(waiting: World, settings: Any) -> None:
    settings.LOG_KEY = ""
    with pytest.raises(CommandError, match="LOG_KEY is not set"):
        seal()
    assert Pending.objects.exists() and not Leaf.objects.exists()


@pytest.mark.parametrize("every", ["0", "-1", "nan", "often", "1e9"])
def test_nonsense_is_refused(every: str) -> None:
    with pytest.raises(CommandError, match="is not a number of seconds"):
        seal("--loop", f"--every={every}")


def test_workers_side_by_side_seal_each_record_once(make_server: MakeServer) -> None:
    server = make_server(SEALING="worker", LOG_FORMAT="text")
    environment = server.environment | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "seal", "--loop", "--every", "0.05"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    workers = [subprocess.Popen(command, cwd=PROJECT, env=environment, **pipes) for _ in range(2)]
    try:
        for name in ("acme", "rival", "third"):
            done = server.manage("create_organization", name, "--admin", f"{name}@example.com")
            assert done.returncode == 0, done.stderr
        deadline = time.monotonic() + 60
        query = "SELECT count(*) FROM evidence_leaf"
        records = server.sql("SELECT count(*) FROM evidence_record")
        while server.sql(query) != records and time.monotonic() < deadline:
            time.sleep(0.1)
        assert server.sql(query) == records
        assert server.sql("SELECT count(*) FROM evidence_pending") == [(0,)]
    finally:
        for worker in workers:
            os.kill(worker.pid, signal.SIGTERM)
        ends = [worker.communicate(timeout=30) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], ends
    assert all(not err for _, err in ends), ends

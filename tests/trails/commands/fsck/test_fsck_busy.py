"""`fsck` beside a busy server finds nothing that was only on its way; and it can be stopped."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from evidence.models import Checkpoint
from evidence.vault import store
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT
from tests.plugins.world import World
from tests.trails.commands.fsck.checked import fsck

PATIENCE = 60.0
EMPTY = hashlib.sha256(b"").hexdigest()


def test_what_is_only_on_its_way_is_no_finding(shared_world: World) -> None:
    """Two reporters attest and seal all the while; every check in between is clean."""
    workflows = [shared_world.begin(f"run-{number}") for number in range(2)]
    failures: list[BaseException] = []

    def report(number: int) -> None:
        try:
            for attempt in range(25):
                shared_world.begin(f"run-{number}-{attempt}")
                shared_world.attest(
                    workflows[number],
                    files={"a.txt": b"%d %d" % (number, attempt)},
                    user_data="{}",
                )
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=report, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    under_way = True
    while under_way:
        under_way = any(thread.is_alive() for thread in threads)
        status, findings = fsck()
        # Bytes come before their rows: those of a report that is under way have no name yet.
        assert (status, [f for f in findings if f["kind"] != "unnamed"]) == (0, [])
    for thread in threads:
        thread.join()
    assert not failures
    assert Checkpoint.objects.count() > 10


def wait_for_part(place: Path, name: str, process: subprocess.Popen[str]) -> None:
    """Wait until a check has done a part."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if place.exists() and name in json.loads(place.read_text())["done"]:
            return
        time.sleep(0.02)
    process.kill()
    raise AssertionError(f"It did not come to its end of {name}: {process.communicate()}")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_check_that_is_stopped_ends_with_status_two_and_goes_on_later(
    make_server: MakeServer, tmp_path: Path, how: signal.Signals
) -> None:
    # Its settings and its data; nothing is served. Of buckets none is never read to its end.
    instance = make_server(VAULT_URL="")
    path = instance.vault_root / store.address(EMPTY)
    path.parent.mkdir(parents=True)
    os.mkfifo(path)  # a file that is never read to its end
    instance.sql(
        "INSERT INTO evidence_blob (sha256, size, crc32, received_at) "  # noqa: S608  our own value
        f"VALUES ('{EMPTY}', 0, 0, '2026-11-24 08:00:00') RETURNING 1"
    )
    place = tmp_path / "place"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "fsck", "--resume", str(place)],
        cwd=PROJECT,
        env=instance.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for_part(place, "files in the vault", process)
    process.send_signal(how)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert f"Run it again with --resume {place}" in said
    path.unlink()
    path.touch()
    done = instance.manage("fsck", "--resume", str(place))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Nothing is wrong")
    assert not list(tmp_path.iterdir())

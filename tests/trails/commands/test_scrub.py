"""`manage.py scrub`: everything or a part each time, and on after a kill; its status tells."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from evidence.models import Blob
from evidence.vault.rows import Round, ScrubFinding
from tests import pairs
from tests.pairs import Pair, run
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT

pytestmark = pytest.mark.django_db


def test_a_whole_vault_is_read_and_nothing_is_wrong(pair: Pair) -> None:
    pairs.blobs(150)
    status, said = run("scrub", "--copy", "vault")
    assert status == 0
    assert said == "vault: nothing is wrong, 150 blobs and 6,000 bytes read. Round 1 is over.\n"


def test_findings_are_printed_and_are_the_exit_status(pair: Pair) -> None:
    damaged, _whole = pairs.blobs(2)
    pair.damage(damaged, b"x")
    status, said = run("scrub", "--copy", "vault")
    assert status == 1 and f"vault: altered evidence_blob {damaged.sha256}" in said
    status, said = run("scrub", "--copy", "vault", "--json")
    finding, summary = map(json.loads, said.splitlines())
    assert (finding["copy"], finding["kind"], finding["id"]) == ("vault", "altered", damaged.sha256)
    assert summary["summary"] == {"copy": "vault", "blobs": 2, "bytes": 40, "findings": 1}
    assert ScrubFinding.objects.count() == 1


def test_samples_rotate_through_everything(pair: Pair) -> None:
    blobs = pairs.blobs(40)
    for blob in blobs:
        pair.lose(blob)
    pair.vault.write("blobs/sha256/00/00/other", b"the disk is there")
    seen = []
    for _ in range(8):
        _status, said = run("scrub", "--copy", "vault", "--share", "12.5%", "--json")
        found = [json.loads(line) for line in said.splitlines()[:-1]]
        assert len(found) == 5
        seen += [finding["id"] for finding in found]
    assert seen == [blob.sha256 for blob in blobs]
    # And round again.
    _status, said = run("scrub", "--copy", "vault", "--share", "0.125", "--json")
    assert json.loads(said.splitlines()[0])["id"] == blobs[0].sha256
    assert Round.objects.count() == 2


def test_without_options_it_goes_on_and_all_begins_anew(pair: Pair) -> None:
    pairs.blobs(10)
    run("scrub", "--copy", "vault", "--share", "50%")
    assert "5 blobs" in run("scrub", "--copy", "vault")[1]
    run("scrub", "--copy", "vault", "--share", "50%")
    assert "10 blobs" in run("scrub", "--copy", "vault", "--all")[1]


def test_a_budget_ends_it(pair: Pair) -> None:
    pairs.blobs(250)
    assert "100 blobs" in run("scrub", "--copy", "vault", "--budget", "100")[1]


def test_a_rate_is_kept_to(pair: Pair) -> None:
    pairs.blobs(1, size=2 << 20)
    began = time.monotonic()
    assert run("scrub", "--copy", "vault", "--rate", "1MiB")[0] == 0
    assert 0.8 < time.monotonic() - began < 20


def test_an_empty_vault_is_no_error(pair: Pair) -> None:
    for options in ([], ["--all"], ["--share", "5%"]):
        assert run("scrub", "--copy", "vault", *options)[0] == 0


def test_a_vault_that_is_away_is_no_finding(pair: Pair) -> None:
    pairs.blobs(2)
    folder = Path(pair.vault.url.removeprefix("file://"))
    folder.rename(folder.with_name("away"))
    with pytest.raises(CommandError, match="mount it") as raised:
        run("scrub", "--copy", "vault")
    assert raised.value.returncode == 2
    assert not ScrubFinding.objects.exists()


def test_the_replica_is_read_once_it_was_filled(pair: Pair) -> None:
    pairs.blobs(3)
    assert "replica:" not in run("scrub")[1]
    run("replicate")
    status, said = run("scrub")
    assert status == 0 and "replica: nothing is wrong, 3 blobs" in said


def test_the_status_says_what_is_known(pair: Pair) -> None:
    [blob] = pairs.blobs(1)
    assert "vault: never read to the end." in run("scrub", "--status")[1]
    pair.lose(blob)
    pair.vault.write("blobs/sha256/00/00/other", b"the disk is there")
    run("scrub", "--copy", "vault")
    said = run("scrub", "--status")[1]
    assert "vault: round 1 from" in said and "with 1 findings" in said
    assert "vault: missing since" in said and blob.sha256 in said


@pytest.mark.parametrize(
    "arguments",
    [["--share", "0"], ["--share", "101%"], ["--rate", "1K"], ["--rate", "fast"], ["--budget", ""]],
)
def test_nonsense_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"is not a|is less than"):
        run("scrub", *arguments)


def test_a_killed_scrub_is_gone_on_with_and_reads_every_blob(make_server: MakeServer) -> None:
    server = make_server(LOG_FORMAT="text")
    program = (
        "import django; django.setup(); from evidence.vault import store\n"
        "for n in range(300): store.receive([b'%05d' % n + bytes(20_000)])"
    )
    environment = server.environment | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
    }
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, check=True)
    slow = [sys.executable, "manage.py", "scrub", "--rate", "1MiB"]
    worker = subprocess.Popen(slow, cwd=PROJECT, env=environment)
    deadline = time.monotonic() + 60
    query = "SELECT blobs FROM evidence_round"
    while server.sql(query) in ([], [(0,)]) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    [(before,)] = server.sql(query)
    assert 0 < before < 300
    # Its lease runs out by itself; here it does not take a minute.
    server.sql("UPDATE evidence_roundpart SET due_at = '2000-01-01 00:00:00+00:00'")
    done = server.manage("scrub")
    assert done.returncode == 0, done.stderr
    assert f"{300 - before} blobs" in done.stdout
    assert server.sql(query) == [(300,)]


def test_a_loop_ends_politely(make_server: MakeServer) -> None:
    server = make_server(LOG_FORMAT="text")
    command = [sys.executable, "manage.py", "scrub", "--loop", "--every", "0.1", "--share", "1%"]
    worker = subprocess.Popen(
        command,
        cwd=PROJECT,
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not server.sql("SELECT number FROM evidence_round") and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(worker.pid, signal.SIGTERM)
    _out, err = worker.communicate(timeout=30)
    assert (worker.returncode, err) == (0, "")


def test_blobs_are_counted_for_the_share(pair: Pair) -> None:
    pairs.blobs(3)
    assert Blob.objects.count() == 3
    assert "1 blobs" in run("scrub", "--copy", "vault", "--share", "1%")[1]

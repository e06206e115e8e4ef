"""`manage.py replicate`, `repair` and `copy_vault`: the second copy is made, used and moved."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from evidence.vault.copies import Copy, address
from evidence.vault.rows import ScrubFinding, Uncopied
from tests import pairs
from tests.pairs import Pair, run
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT
from tests.plugins.world import World

pytestmark = pytest.mark.django_db


def test_the_first_run_copies_everything_and_the_next_what_is_new(pair: Pair) -> None:
    pairs.blobs(120)
    Uncopied.objects.all().delete()  # as if they had been recorded before there was a replica
    assert "never filled" in run("replicate", "--status")[1]
    status, said = run("replicate")
    assert status == 0 and "Copied 120 blobs" in said and "No blob waits" in said
    pairs.blobs(2)
    assert "2 blobs wait for the replica, 80 bytes" in run("replicate", "--status")[1]
    assert "Copied 2 blobs" in run("replicate")[1]
    assert pair.replica.names() == pair.vault.names()


def test_all_finds_what_was_lost_in_the_replica(pair: Pair) -> None:
    blobs = pairs.blobs(3)
    run("replicate")
    pair.lose(blobs[1], Copy.REPLICA)
    assert "Copied 0 blobs" in run("replicate")[1]
    assert "Copied 1 blobs" in run("replicate", "--all")[1]


def test_without_a_replica_it_says_what_to_set() -> None:
    with pytest.raises(CommandError, match="VAULT_REPLICA_URL"):
        run("replicate")


def test_altered_bytes_are_the_exit_status_of_replicate(pair: Pair) -> None:
    [blob] = pairs.blobs(1)
    pair.damage(blob, b"x")
    status, said = run("replicate")
    assert status == 1 and f"altered evidence_blob {blob.sha256}" in said


def test_what_scrub_has_found_is_repaired_and_fsck_is_clean(pair: Pair, world: World) -> None:
    world.attest(world.begin(), files={f"{n}.txt": b"%d" % n for n in range(4)})
    run("replicate")
    names = pair.vault.names()
    pair.vault.write(names[0], b"damaged")
    pair.vault.remove(names[1])
    pair.replica.remove(names[2])
    assert run("scrub")[0] == 1
    assert run("fsck")[0] == 1
    status, said = run("repair", "--all")
    assert status == 0
    assert said.count("restored from the replica") == 2
    assert said.count("restored from the vault") == 1
    assert "kept as damaged/" in said
    status, said = run("fsck")
    assert status == 0 and said.startswith("Nothing is wrong")
    assert run("scrub")[0] == 0
    assert not ScrubFinding.objects.open().exists()
    assert run("repair", "--all") == (0, "")


def test_where_both_are_bad_it_says_so(pair: Pair) -> None:
    [blob] = pairs.blobs(1)
    run("replicate")
    pair.damage(blob, b"x")
    pair.damage(blob, b"y", Copy.REPLICA)
    status, said = run("repair", blob.sha256)
    assert status == 1
    assert "No copy of these is right" in said
    assert pair.bytes_of(blob) == b"x"


@pytest.mark.parametrize("arguments", [[], ["--all", "ab" * 32]])
def test_repair_wants_names_or_all(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="or give --all"):
        run("repair", *arguments)


@pytest.mark.parametrize("name", ["ab" * 32, "../../etc/passwd", "AB" * 32, "x\x00"])
def test_what_is_no_evidence_here_is_not_repaired(pair: Pair, name: str) -> None:
    with pytest.raises(CommandError, match="No evidence here"):
        run("repair", name)


def test_a_vault_is_copied_by_its_address(pair: Pair, tmp_path: Path) -> None:
    blobs = pairs.blobs(5)
    target = f"file://{tmp_path}/third"
    status, said = run("copy_vault", pair.vault.url, target)
    assert (status, said) == (
        0,
        "Copied 5 files, 200 bytes; 0 were there, 0 failed, 0 are no evidence.\n",
    )
    assert (tmp_path / "third" / address(blobs[0].sha256)).read_bytes() == pair.bytes_of(blobs[0])
    pair.damage(blobs[1], b"x")
    (tmp_path / "third" / address(blobs[1].sha256)).unlink()
    status, said = run("copy_vault", pair.vault.url, target, "--verify")
    assert status == 1 and f"failed {address(blobs[1].sha256)}" in said


def test_a_vault_is_copied_to_a_store_by_keys_of_the_environment(
    make_server: MakeServer, s3: Any, tmp_path: Path
) -> None:
    server = make_server(LOG_FORMAT="text")
    folder = tmp_path / "blobs/sha256/2c/f2"
    folder.mkdir(parents=True)
    name = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    (folder / name).write_bytes(b"hello")
    bucket = s3.make_bucket(lock=False)
    keys = {"DST_ACCESS_KEY_ID": s3.access_key, "DST_SECRET_ACCESS_KEY": s3.secret_key}
    done = subprocess.run(
        [sys.executable, "manage.py", "copy_vault", f"file://{tmp_path}", s3.url(bucket)],
        cwd=PROJECT,
        env=server.environment | keys,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "Copied 1 files" in done.stdout and s3.secret_key not in done.stdout + done.stderr
    stored = s3.client().get_object(Bucket=bucket, Key=f"blobs/sha256/2c/f2/{name}")
    assert stored["Body"].read() == b"hello"


def test_addresses_that_are_none_are_refused(pair: Pair) -> None:
    with pytest.raises(CommandError, match="SRC"):
        run("copy_vault", "ftp://nowhere", pair.vault.url)
    with pytest.raises(CommandError, match="same vault"):
        run("copy_vault", pair.vault.url, pair.vault.url)
    with pytest.raises(CommandError, match="mount it"):
        run("copy_vault", pair.vault.url + "-that-is-not", pair.replica.url)


def test_replicators_that_are_killed_lose_nothing(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server(LOG_FORMAT="text", VAULT_REPLICA_URL=f"file://{tmp_path}/replica")
    environment = server.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    program = (
        "import django; django.setup(); from evidence.vault import store\n"
        "for n in range(200): store.receive([b'%05d' % n + bytes(20_000)])"
    )
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, env=environment, check=True)
    command = [sys.executable, "manage.py", "replicate", "--loop", "--rate", "1MiB"]
    workers = [subprocess.Popen(command, cwd=PROJECT, env=environment) for _ in range(2)]
    query = "SELECT count(*) FROM evidence_uncopied"
    deadline = time.monotonic() + 60
    while server.sql(query)[0][0] > 170 and time.monotonic() < deadline:
        time.sleep(0.1)
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert 0 < server.sql(query)[0][0] < 200
    server.sql("UPDATE evidence_uncopied SET due_at = '2000-01-01 00:00:00+00:00'")
    server.sql("UPDATE evidence_roundpart SET due_at = '2000-01-01 00:00:00+00:00'")
    done = server.manage("replicate")
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.sql(query) == [(0,)]
    copied = [path for path in (tmp_path / "replica/blobs").rglob("*") if path.is_file()]
    assert len(copied) == 200
    assert server.manage("scrub").returncode == 0

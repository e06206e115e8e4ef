"""What an export is to other tools, to other writers, and to other people on the machine."""

import os
import subprocess
import tarfile
import threading
from pathlib import Path

import bagit
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from evidence.ledger import log as ledger
from evidence.models import Blob
from evidence.vault import store
from tests import vaults
from tests.plugins.world import World
from tests.trails.moving.forging import members, rows
from tests.trails.moving.moved import fill, write
from trails.models import Activity, Attestation
from trails.moving.checking import check
from trails.moving.errors import Refused
from trails.moving.exporting import export, snapshot
from trails.moving.scratch import Scratch


@pytest.fixture
def filled(world: World) -> World:
    fill(world)
    ledger.seal(world.acme.log)
    return world


def test_it_is_a_bag_that_stock_tools_accept(filled: World, tmp_path: Path) -> None:
    path = write(filled.acme, tmp_path / "acme.export")
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path, filter="data")
    bagit.Bag(str(tmp_path / "acme")).validate()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            ["sha256sum", "--check", "--strict", manifest], cwd=tmp_path / "acme", text=True,
            capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_of_another_organization_is_in_it(filled: World, tmp_path: Path) -> None:
    data = write(filled.acme, tmp_path / "acme.export").read_bytes()
    for private in ("outsider", "rival", str(filled.rival.pk), str(filled.rival.log_id)):
        assert private.encode() not in data, private


def test_the_same_organization_gives_the_same_bytes_but_for_the_time(
    filled: World, tmp_path: Path
) -> None:
    one, other = (members(write(filled.acme, tmp_path / name)) for name in ("one", "other"))
    # The first export left an activity.
    noted = next(name for name in one if "trails.Activity" in name)
    tags = {"export.json", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
    assert {name for name in one if one[name] != other[name]} <= tags | {noted}


def test_all_rows_are_of_one_moment(shared_world: World, tmp_path: Path) -> None:
    """Others attest and commit while the export is under way, and nobody waits for anybody."""
    run = shared_world.begin()
    shared_world.attest(run, files={"a.txt": b"before"})

    def meanwhile(what: str, written: int) -> None:
        if what == "log.vkey":
            thread = threading.Thread(target=attest)
            thread.start()
            thread.join(20)
            assert not thread.is_alive()

    def attest() -> None:
        try:
            shared_world.attest(run, files={"b.txt": b"meanwhile"})
            shared_world.begin("run-2")
        finally:
            connection.close()

    path = tmp_path / "acme.export"
    with path.open("wb") as out:
        export(shared_world.acme, out, progress=meanwhile)
    assert Attestation.objects.count() == 2
    found = members(path)
    assert len(rows(found, "trails.Attestation")) == len(rows(found, "trails.Workflow")) == 1
    with path.open("rb") as file, Scratch() as scratch:
        assert check(file, scratch).files == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_in_the_snapshot_of_an_export() -> None:
    with snapshot():
        assert Blob.objects.count() == 0
    assert connection.get_autocommit()


def test_bytes_that_are_not_as_recorded_stop_it(filled: World, tmp_path: Path) -> None:
    vault = vaults.of_settings()
    [name] = [n for n in vault.names() if vault.read(n) == b"nobody else's"]
    vault.write(name, b"NOBODY else's")
    with pytest.raises(Refused, match="does not hold"):
        write(filled.acme, tmp_path / "acme.export")
    vault.remove(name)
    with pytest.raises(Refused, match="does not hold"):
        write(filled.acme, tmp_path / "acme.export")


def test_it_leaves_an_activity(filled: World, tmp_path: Path) -> None:
    write(filled.acme, tmp_path / "acme.export", with_credentials=False)
    newest = Activity.objects.for_organization(filled.acme)[0]
    assert newest.verb == "organization.exported"
    assert newest.details == {"leaves_out": ["credentials"]}


def test_nobody_else_may_read_the_file(filled: World, tmp_path: Path) -> None:
    path = tmp_path / "acme.export"
    before = os.umask(0)
    try:
        call_command("export", "acme", str(path))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["acme.export"]


def test_a_file_that_is_there_is_not_written_over(filled: World, tmp_path: Path) -> None:
    path = tmp_path / "acme.export"
    path.write_bytes(b"an older export")
    with pytest.raises(CommandError, match="is there already"):
        call_command("export", "acme", str(path))
    assert path.read_bytes() == b"an older export"


def test_an_export_that_fails_leaves_no_file(filled: World, tmp_path: Path) -> None:
    # Not the empty file, of which a bucket is asked for nothing.
    blob = Blob.objects.filter(size__gt=0).latest("pk")
    vaults.of_settings().remove(store.address(blob.pk))
    with pytest.raises(CommandError, match="does not hold"):
        call_command("export", "acme", str(tmp_path / "acme.export"))
    assert list(tmp_path.iterdir()) == []


def test_an_organization_that_is_not_there_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no organization called 'nobody'"):
        call_command("export", "nobody", str(tmp_path / "x"))


def test_the_commands_say_what_they_found(
    filled: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "acme.export"
    call_command("export", "acme", str(path))
    call_command("verify_export", str(path))
    said = capsys.readouterr().out
    sealed = ledger.last_checkpoint(filled.acme.log)
    assert sealed is not None
    assert f"covers {sealed.size} records" in said
    assert "proves nothing by itself" in said
    call_command("verify_export", str(path), "--key", sealed.key.vkey)
    assert "signed by the key that you brought" in capsys.readouterr().out
    with pytest.raises(CommandError, match="here already"):
        call_command("import", str(path))

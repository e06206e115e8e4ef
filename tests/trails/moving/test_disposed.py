"""What was disposed of is not in an export, and its tombstone is."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from evidence.ledger import log as ledger
from evidence.vault import store
from tests import vaults
from tests.disposing import dispose, retain
from tests.plugins.world import build_world
from tests.trails.moving import forging
from tests.trails.moving.moved import take_in, write
from trails.models import Disposal, Evidence, Organization
from trails.moving import layout
from trails.moving.errors import Refused


@pytest.fixture
def disposed(db: None, tmp_path: Path) -> Path:
    """An export of acme, of whose two attestations the first has lost its file."""
    with transaction.atomic():
        world = build_world()
        retain(world, world.public)
        run = world.begin()
        world.attest(run, files={"gone.txt": b"gone", "shared.txt": b"shared"})
        world.attest(run, files={"kept.txt": b"kept", "again.txt": b"shared"})
        ledger.seal(world.acme.log)
        dispose(world, run, 1)
        ledger.seal(world.acme.log)
        path = write(world.acme, tmp_path / "acme.export")
        transaction.set_rollback(True)
    return path


def test_it_is_taken_in_without_the_bytes(
    disposed: Path, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vault = vaults.empty(settings, tmp_path / "vault")
    checked = take_in(disposed).checked
    assert (checked.files, checked.without_bytes) == (2, 1)
    assert sorted(vault.read(name) for name in vault.names()) == [b"kept", b"shared"]
    assert Disposal.objects.get().up_to == 1
    gone = Evidence.objects.get(name="gone.txt")
    assert not store.storage().exists(store.address(gone.blob_id))
    call_command("fsck")
    assert "Nothing is wrong" in capsys.readouterr().out


def test_a_tombstone_that_was_taken_away_is_missed(disposed: Path, tmp_path: Path) -> None:
    found = forging.members(disposed)
    name = layout.rows_name("trails.Disposal", 1)
    parts = layout.rows_name("trails.DisposalPart", 1)
    without = {key: data for key, data in found.items() if key not in {name, parts}}
    with pytest.raises(Refused, match="were not disposed of"):
        take_in(forging.pack(without, tmp_path / "forged"))
    assert not Organization.objects.exists()

"""`manage.py sweep`: bytes without a name go when they are old, everything else stays."""

import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evidence.models import Blob
from evidence.vault import store
from tests import vaults
from tests.plugins.world import World

HOUR = 3600.0


def sweep(*arguments: str) -> str:
    """Runs the command; gives what it printed."""
    out = io.StringIO()
    call_command("sweep", *arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def vault(tmp_path: Path, settings: Any) -> Path:
    """A vault of the test's own, still empty."""
    settings.VAULT_STAGING = tmp_path / "staging"
    return vaults.local(settings, tmp_path).root  # whose files can be made to look old


def aged(path: Path, hours: float) -> Path:
    """Makes a file look as if it had been written so many hours ago."""
    moment = time.time() - hours * HOUR
    os.utime(path, (moment, moment))
    return path


def orphan(vault: Path, data: bytes, hours: float) -> Path:
    """Leaves bytes in the vault as a crash before the commit does."""
    staged = store.stage([data])
    path = vault / store.promote(staged)
    staged.discard()
    return aged(path, hours)


@pytest.mark.django_db
def test_old_bytes_without_a_name_are_removed_and_counted(vault: Path) -> None:
    staged = [aged(store.stage([bytes([n])]).path, 25) for n in range(3)]
    orphans = [orphan(vault, data, 25) for data in (b"left", b"behind")]
    out = sweep()
    assert out == "Removed what nothing named for 24 hours: 3 staged files, 2 stored files."
    assert not any(path.exists() for path in [*staged, *orphans])
    assert sweep().endswith("0 staged files, 0 stored files.")


@pytest.mark.django_db
def test_younger_bytes_stay(vault: Path) -> None:
    staged, young = aged(store.stage([b"a"]).path, 23), orphan(vault, b"b", 23)
    sweep()
    assert staged.exists() and young.exists()
    sweep("--older-than-hours", "22.5")
    assert not staged.exists() and not young.exists()


def test_what_was_attested_stays_however_old(vault: Path, world: World) -> None:
    world.attest(world.begin(), files={"a.txt": b"attested", "empty": b""})
    blobs = list(Blob.objects.all())
    for blob in blobs:
        aged(vault / store.address(blob.sha256), 10_000)
    assert sweep().endswith("0 staged files, 0 stored files.")
    assert len(blobs) == 2
    for blob in blobs:
        store.verify(blob)


@pytest.mark.django_db
def test_an_empty_vault_is_no_error(vault: Path) -> None:
    assert sweep().endswith("0 staged files, 0 stored files.")


@pytest.mark.django_db
def test_less_than_an_hour_is_refused_and_explained(vault: Path) -> None:
    staged = store.stage([b"a report is under way"]).path
    for hours in ("0", "0.99"):
        with pytest.raises(CommandError, match="a report that is under way"):
            sweep("--older-than-hours", hours)
    assert staged.exists()
    aged(staged, 0.01)
    sweep("--older-than-hours", "0", "--force")
    assert not staged.exists()


@pytest.mark.parametrize("hours", ["-1", "nan", "inf", "1e300", "a day", ""])
def test_nonsense_is_refused(hours: str) -> None:
    with pytest.raises(CommandError, match="is not a number of hours"):
        sweep(f"--older-than-hours={hours}")

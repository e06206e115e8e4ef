"""Held files end with their day, survive sweeps until then, and go with their rows."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from evidence.vault import store
from tests import vaults
from tests.plugins.roles import owning
from tests.plugins.world import World
from tests.trails.commands.test_sweep import aged, sweep
from trails import held
from trails.actions.attestations import Upload
from trails.actors import SYSTEM
from trails.errors import Forbidden
from trails.models import HeldFile, Workflow


@pytest.fixture(autouse=True)
def _vault_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.VAULT_STAGING = tmp_path / "staging"
    vaults.empty(settings, tmp_path)


def hold(world: World, workflow: Workflow, *contents: bytes) -> Sequence[HeldFile]:
    """Hold files as the writer."""
    return [
        held.hold(
            actor=world.actor("writer"),
            workflow=workflow,
            upload=Upload(f"{place}.txt", store.stage([content])),
        )
        for place, content in enumerate(contents)
    ]


def test_a_sweep_spares_what_is_held_and_nothing_else(world: World) -> None:
    files = hold(world, world.begin(), b"a", b"b")
    stray = aged(store.stage([b"stray"]).path, 48)
    for file in files:
        aged(held.path_of(file), 48)
    assert sweep().startswith("Removed what nothing named for 24 hours: 1 staged files")
    assert not stray.exists() and all(held.path_of(file).exists() for file in files)
    call_command("sweep", "--older-than-hours", "0", "--force", verbosity=0)
    assert all(held.path_of(file).exists() for file in files)


def test_a_sweep_ends_what_was_held_for_its_day(world: World) -> None:
    old, young = hold(world, world.begin(), b"old", b"young")
    with owning(connection):
        HeldFile.objects.filter(pk=old.pk).update(made_at=timezone.now() - timedelta(hours=24))
    assert "Removed 1 uploaded files that were not attested in time." in sweep()
    assert not held.path_of(old).exists() and held.path_of(young).exists()
    assert HeldFile.objects.get() == young
    assert "uploaded files" not in sweep()


def test_what_is_held_becomes_evidence_with_the_same_bytes(world: World) -> None:
    [file] = hold(world, world.begin(), b"whoami")
    [upload] = held.uploads_of([file])
    assert upload.name == "0.txt" and upload.staged.path.read_bytes() == b"whoami"
    assert (upload.staged.digest.sha256, upload.staged.digest.size) == (file.sha256, 6)


@pytest.mark.parametrize("found", [b"who", b"whoareu"[:6]])
def test_a_file_that_was_cut_or_changed_on_the_disk_is_no_upload(
    world: World, found: bytes
) -> None:
    [file] = hold(world, world.begin(), b"whoami")
    path = held.path_of(file)
    path.chmod(0o644)
    path.write_bytes(found)
    assert held.uploads_of([file]) == []


def test_only_people_who_may_attest_hold_files(world: World) -> None:
    workflow, staged = world.begin(), store.stage([b"a"])
    for actor in (world.actor("auditor"), world.actor("outsider"), SYSTEM):
        with pytest.raises(Forbidden):
            held.hold(actor=actor, workflow=workflow, upload=Upload("a.txt", staged))
    assert HeldFile.objects.count() == 0


def test_what_is_let_go_is_gone_with_its_bytes(world: World) -> None:
    hold(world, world.begin(), b"a")
    row = HeldFile.objects.get()
    held.let_go([row])
    held.let_go([row])  # twice is once
    assert HeldFile.objects.count() == 0 and not held.path_of(row).exists()

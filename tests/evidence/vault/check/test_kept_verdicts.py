"""A verdict is kept, speaks of the vault's address of its day, and of no other."""

import datetime
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from pytest_django import Settings

from evidence.append_only import AppendOnlyViolation
from evidence.models import VaultCheck
from evidence.vault.check import run, standing
from evidence.vault.check.verdict import Attempt, Outcome, Report
from evidence.vault.places import Place

pytestmark = pytest.mark.django_db


def kept(outcome: Outcome = Outcome.HELD) -> VaultCheck:
    attempt = Attempt("remove", "Removal of the file.", "done", "It is gone.", outcome)
    return run.keep(Report(standing.address(storages["vault"]), "", [attempt], ["A remark."]))


def test_a_vault_that_was_never_tried_has_no_verdict() -> None:
    assert standing.newest() is None


def test_the_newest_verdict_counts_and_older_ones_stay() -> None:
    kept()
    newer = kept(Outcome.BROKEN)
    found = standing.newest()
    assert found == newer and found is not None
    assert found.verdict == "not-enforced"
    assert found.findings["attempts"][0]["found"] == "It is gone."
    assert found.findings["remarks"] == ["A remark."]
    assert VaultCheck.objects.count() == 2


def test_the_verdict_of_another_address_is_none(settings: Settings, tmp_path: Path) -> None:
    kept()
    elsewhere = Place(folder=str(tmp_path / "elsewhere")).storage()
    settings.STORAGES = settings.STORAGES | {"vault": elsewhere}
    assert standing.newest() is None


def test_a_verdict_is_never_changed() -> None:
    row = kept(Outcome.BROKEN)
    row.verdict = "proven"
    with pytest.raises(AppendOnlyViolation):
        row.save()


def test_a_verdict_is_old_after_ninety_days() -> None:
    row = kept()
    assert not standing.is_old(row)
    row.at = timezone.now() - datetime.timedelta(days=91)
    assert standing.is_old(row)

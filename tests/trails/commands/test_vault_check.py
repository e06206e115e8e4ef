"""`manage.py vault_check`: tells what it tried, keeps the verdict, and ends with it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from evidence.models import VaultCheck
from evidence.vault.places import Credentials, Place, parse
from tests.plugins.s3 import S3

pytestmark = pytest.mark.django_db


def use(settings: Settings, storage: dict[str, Any]) -> None:
    """Let the vault be this storage."""
    settings.STORAGES = settings.STORAGES | {"vault": storage}


def vault_check(*arguments: str) -> tuple[int, str]:
    """Run the command; give its exit status and what it printed."""
    out = io.StringIO()
    try:
        call_command("vault_check", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_folder_is_told_attempt_by_attempt_and_ends_with_1(
    settings: Settings, tmp_path: Path
) -> None:
    use(settings, Place(folder=str(tmp_path / "vault")).storage())
    status, said = vault_check()
    assert status == 1
    assert "broken  remove: Removal of the file.\n" in said
    assert "Write-once is not enforced. These went through:" in said
    row = VaultCheck.objects.get()
    assert (row.verdict, row.vault) == ("not-enforced", f"file://{tmp_path}/vault")


def test_a_bucket_that_locks_ends_with_0_and_is_told_as_json(settings: Settings, s3: S3) -> None:
    bucket = s3.make_bucket(lock=True)
    place = parse(s3.url(bucket, lock="COMPLIANCE", retain_days=1))
    use(settings, place.storage(Credentials(s3.access_key, s3.secret_key)))
    status, said = vault_check("--json", "--no-bucket-wide")
    report = json.loads(said)
    assert status == 0
    assert report["verdict"] == "proven" and report["bucket_wide"] is False
    assert report["id"] == str(VaultCheck.objects.get().pk)
    assert {attempt["outcome"] for attempt in report["attempts"]} == {"held", "not-tried"}
    assert "objects under checks/ stay, locked until" in report["left"]
    assert s3.secret_key not in said


def test_a_store_that_is_away_ends_with_2_and_keeps_no_verdict(settings: Settings, s3: S3) -> None:
    place = parse("s3://bucket?endpoint=http://127.0.0.1:9&lock=COMPLIANCE&retain_days=1")
    use(settings, place.storage(Credentials(s3.access_key, s3.secret_key)))
    with pytest.raises(CommandError, match="No verdict") as refused:
        vault_check()
    assert refused.value.returncode == 2
    assert not VaultCheck.objects.exists()


@pytest.mark.parametrize("seconds", ["0", "29", "86401", "-5", "a minute"])
def test_locks_that_are_too_short_or_too_long_are_refused(seconds: str) -> None:
    with pytest.raises(CommandError, match="number of seconds"):
        call_command("vault_check", f"--seconds={seconds}")

"""What a check finds in buckets of a real store: with a lock, with a weak one, and with none."""

import datetime
import uuid
from typing import Any

import pytest

from evidence.vault.check import canaries, run, standing
from evidence.vault.check.verdict import Outcome, Report, Verdict
from tests.evidence.vault.check.conftest import SOON, MakeVault
from tests.plugins.s3 import S3

BYPASSING = ["delete-version-bypassing", "delete-batch-bypassing", "shorten-bypassing"]


def outcome(report: Report, name: str) -> Outcome:
    return next(attempt.outcome for attempt in report.attempts if attempt.name == name)


def state_of(s3: S3, bucket: str) -> list[Any]:
    client = s3.client()
    lock = client.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
    return [client.get_bucket_versioning(Bucket=bucket)["Status"], lock]


def test_a_bucket_that_locks_is_proven_and_left_as_it_was(s3: S3, make_vault: MakeVault) -> None:
    vault = make_vault(lock="COMPLIANCE")
    client = s3.client()
    evidence = vault.key("blobs/sha256/aa/bb/evidence")
    client.put_object(Bucket=vault.bucket, Key=evidence, Body=b"evidence")
    before = state_of(s3, vault.bucket)
    report = run.check(vault, soon=SOON)
    assert report.verdict is Verdict.PROVEN, report.said
    assert all(attempt.outcome is Outcome.HELD for attempt in report.attempts)
    assert report.bucket_wide and report.lock == "COMPLIANCE"
    assert state_of(s3, vault.bucket) == before
    listed = client.list_object_versions(Bucket=vault.bucket)
    versions = [v for v in listed["Versions"] if v["Key"] == evidence]
    assert [v["IsLatest"] for v in versions] == [True]


def test_what_a_check_leaves_is_locked_for_minutes_whatever_evidence_gets(
    s3: S3, make_vault: MakeVault
) -> None:
    vault = make_vault(lock="COMPLIANCE")
    client = s3.client()
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3650}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    client.put_object_lock_configuration(Bucket=vault.bucket, ObjectLockConfiguration=configuration)
    report = run.check(vault, soon=2)  # stores keep the ends of locks in whole seconds
    assert report.verdict is Verdict.PROVEN, report.said
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=run.SECONDS)
    left = client.list_object_versions(Bucket=vault.bucket)["Versions"]
    assert left and all(v["Key"].startswith("some/prefix/checks/") for v in left)
    for version in left:
        kept = client.get_object_retention(
            Bucket=vault.bucket, Key=version["Key"], VersionId=version["VersionId"]
        )
        assert kept["Retention"]["RetainUntilDate"] <= soon


def test_a_bucket_without_a_lock_is_not_enforced_and_nothing_is_left_in_it(
    s3: S3, make_vault: MakeVault
) -> None:
    vault = make_vault(lock="COMPLIANCE", bucket_locks=False)
    report = run.check(vault, soon=SOON)
    assert report.verdict is Verdict.NOT_ENFORCED
    assert {"lock", "overwrite", "delete", "delete-version", "delete-batch"} <= set(report.broken)
    assert outcome(report, "control") is Outcome.HELD
    # In earnest it would have switched the versions of somebody's bucket.
    assert outcome(report, "suspend-versions") is Outcome.NOT_TRIED
    assert "Status" not in s3.client().get_bucket_versioning(Bucket=vault.bucket)
    assert s3.client().list_objects_v2(Bucket=vault.bucket)["KeyCount"] == 0


def test_a_vault_that_asks_for_no_lock_is_not_enforced_though_its_bucket_could(
    make_vault: MakeVault,
) -> None:
    report = run.check(make_vault(lock="none"), soon=SOON)
    assert report.verdict is Verdict.NOT_ENFORCED
    assert report.broken[0] == "lock" and "delete-version" in report.broken
    assert outcome(report, "overwrite") is Outcome.HELD  # its versions are kept


def test_governance_is_not_enforced_on_credentials_that_may_bypass_it(
    make_vault: MakeVault,
) -> None:
    report = run.check(make_vault(lock="GOVERNANCE"), soon=SOON)
    assert report.verdict is Verdict.NOT_ENFORCED
    assert report.broken == BYPASSING
    assert any("s3:BypassGovernanceRetention" in r and "can." in r for r in report.remarks)


def test_a_bucket_that_is_left_alone_is_proven_for_its_objects(make_vault: MakeVault) -> None:
    report = run.check(make_vault(lock="COMPLIANCE"), settings_too=False, soon=SOON)
    assert report.verdict is Verdict.PROVEN and not report.bucket_wide
    assert outcome(report, "suspend-versions") is Outcome.NOT_TRIED
    assert "were left alone" in report.said


def test_the_address_of_a_report_holds_no_secret(s3: S3, make_vault: MakeVault) -> None:
    vault = make_vault(lock="none")
    kept = standing.address(vault)
    assert vault.bucket in kept
    assert s3.secret_key not in kept and s3.access_key not in kept


def test_a_check_takes_old_canaries_away_and_nothing_else(
    s3: S3, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault(lock="none", bucket_locks=False)
    client = s3.client()
    canary = vault.key(f"checks/{uuid.uuid4()}/delete-batch")
    others = [vault.key("checks/notes"), vault.key("blobs/sha256/aa/bb/evidence")]
    for key in [canary, *others]:
        client.put_object(Bucket=vault.bucket, Key=key, Body=b"old")
    run.check(vault, soon=SOON)
    assert client.head_object(Bucket=vault.bucket, Key=canary)  # of another check, under way maybe
    monkeypatch.setattr(canaries, "_OLD", datetime.timedelta(0))
    run.check(vault, soon=SOON)
    listed = client.list_objects_v2(Bucket=vault.bucket)["Contents"]
    assert sorted(found["Key"] for found in listed) == sorted(others)

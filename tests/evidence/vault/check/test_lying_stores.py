"""A store that lies is found out: what it answers decides nothing, what is so afterwards does."""

from evidence.vault.check import run
from evidence.vault.check.verdict import Outcome, Report, Verdict
from tests import lying_store
from tests.evidence.vault.check.conftest import SOON, MakeVault
from tests.plugins.s3 import S3

DELETIONS = {"delete-version", "delete-batch", "delete-version-bypassing", "delete-batch-bypassing"}


def checked(
    s3: S3, make_vault: MakeVault, lie: lying_store.Lie, lock: str = "COMPLIANCE"
) -> Report:
    with lying_store.lying(s3, lie) as endpoint:
        return run.check(make_vault(lock=lock, endpoint=endpoint), soon=SOON)


def test_a_store_that_acknowledges_a_lock_and_forgets_it_is_caught(
    s3: S3, make_vault: MakeVault
) -> None:
    report = checked(s3, make_vault, lying_store.ForgetsLocks())
    outcomes = {attempt.name: attempt.outcome for attempt in report.attempts}
    assert outcomes["lock"] is Outcome.HELD  # the lie itself is believed by whoever only asks
    assert report.verdict is Verdict.NOT_ENFORCED
    assert set(report.broken) >= DELETIONS


def test_a_store_that_forgets_locks_in_a_batch_only_is_caught(
    s3: S3, make_vault: MakeVault
) -> None:
    report = checked(s3, make_vault, lying_store.ForgetsLocksInBatches())
    assert report.broken == ["delete-batch", "delete-batch-bypassing"]


def test_a_store_that_refuses_to_shorten_and_does_it_in_secret_is_caught(
    s3: S3, make_vault: MakeVault
) -> None:
    report = checked(s3, make_vault, lying_store.ShortensInSecret())
    assert report.broken == ["shorten", "shorten-bypassing"]


def test_deletions_that_are_only_acknowledged_are_not_counted_and_are_told(
    s3: S3, make_vault: MakeVault
) -> None:
    report = checked(s3, make_vault, lying_store.only_says_that_it_deletes)
    assert report.verdict is Verdict.PROVEN, report.said
    told = next(remark for remark in report.remarks if "did not" in remark)
    assert all(name in told for name in DELETIONS)


def test_refusals_by_a_policy_in_place_of_a_lock_prove_nothing(
    s3: S3, make_vault: MakeVault
) -> None:
    report = checked(s3, make_vault, lying_store.DeniesDeletion())
    assert report.verdict is Verdict.NOT_TRIED
    assert report.unknown == ["control"]


def test_governance_is_proven_on_credentials_that_cannot_bypass_it_and_says_who_can(
    s3: S3, make_vault: MakeVault
) -> None:
    report = checked(s3, make_vault, lying_store.lets_nobody_bypass, lock="GOVERNANCE")
    assert report.verdict is Verdict.PROVEN, report.said
    assert any("whoever holds s3:Bypass" in r and "cannot." in r for r in report.remarks)


def test_versions_that_could_be_suspended_are_enabled_again(s3: S3, make_vault: MakeVault) -> None:
    switch = lying_store.SwitchesVersions()
    report = checked(s3, make_vault, switch)
    assert report.broken == ["suspend-versions"]
    assert switch.states == ["Suspended", "Enabled"]

"""Where the store does not answer there is no verdict: silence is neither a refusal nor a proof."""

from dataclasses import replace

import pytest

from evidence.errors import VaultUnavailable
from evidence.vault import places
from evidence.vault.check import run
from evidence.vault.s3 import WriteOnceS3Storage
from tests import lying_store
from tests.evidence.vault.check.conftest import SOON, MakeVault
from tests.lying_store import Forward, Reply, Request
from tests.plugins.s3 import S3


def test_a_store_that_cannot_be_reached_gives_no_verdict(make_vault: MakeVault) -> None:
    vault = make_vault(lock="COMPLIANCE", endpoint="http://127.0.0.1:9")
    with pytest.raises(VaultUnavailable, match="did not answer"):
        run.check(vault)


def test_a_bucket_that_is_not_there_is_not_made(s3: S3, make_vault: MakeVault) -> None:
    there = make_vault(lock="COMPLIANCE").place
    missing = replace(there, bucket="vault-that-nobody-made")
    key = places.Credentials(s3.access_key, s3.secret_key)
    with pytest.raises(VaultUnavailable, match="There is no bucket"):
        run.check(WriteOnceS3Storage(missing, key))
    assert missing.bucket not in {b["Name"] for b in s3.client().list_buckets()["Buckets"]}


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (403, "ExpiredToken")])
def test_what_breaks_half_way_is_not_taken_for_a_refusal(
    s3: S3, make_vault: MakeVault, status: int, code: str
) -> None:
    broken = Reply(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())

    def breaks(request: Request, forward: Forward) -> Reply:
        return broken if "retention" in request.about else forward(request)

    with lying_store.lying(s3, breaks) as endpoint:
        vault = make_vault(lock="COMPLIANCE", endpoint=endpoint)
        with pytest.raises(VaultUnavailable, match=code):
            run.check(vault)


def test_bytes_that_may_not_be_read_back_are_not_taken_for_gone(
    s3: S3, make_vault: MakeVault
) -> None:
    def hides(request: Request, forward: Forward) -> Reply:
        is_object = request.method == "GET" and "versionId" in request.about
        return lying_store.denied() if is_object else forward(request)

    with lying_store.lying(s3, hides) as endpoint:
        vault = make_vault(lock="COMPLIANCE", endpoint=endpoint)
        with pytest.raises(VaultUnavailable, match="could not be read back"):
            run.check(vault)


def test_locks_that_end_before_the_attempts_give_no_verdict(make_vault: MakeVault) -> None:
    with pytest.raises(VaultUnavailable, match="longer lock"):
        run.check(make_vault(lock="COMPLIANCE"), seconds=1, soon=1)


def test_a_store_that_goes_away_with_its_versions_suspended_leaves_a_warning(
    s3: S3, make_vault: MakeVault
) -> None:
    switch = lying_store.SwitchesVersions()

    def goes_away(request: Request, forward: Forward) -> Reply:
        is_away = switch.states and "versioning" in request.about
        away = Reply(403, b"<Error><Code>InvalidToken</Code><Message>no</Message></Error>")
        return away if is_away else switch(request, forward)

    with lying_store.lying(s3, goes_away) as endpoint:
        vault = make_vault(lock="COMPLIANCE", endpoint=endpoint)
        with pytest.raises(VaultUnavailable, match="may be suspended"):
            run.check(vault, soon=SOON)

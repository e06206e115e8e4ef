"""Vaults of every kind that a check may meet."""

from typing import Protocol

import pytest

from evidence.vault import places
from evidence.vault.s3 import WriteOnceS3Storage
from tests.plugins.s3 import S3

SOON = 0.8
"""Seconds for `check`: a store on this machine answers sooner."""


class MakeVault(Protocol):
    """What the fixture `make_vault` gives."""

    def __call__(
        self, *, lock: str, bucket_locks: bool = True, endpoint: str = ""
    ) -> WriteOnceS3Storage: ...


@pytest.fixture
def make_vault(s3: S3) -> MakeVault:
    """Makes a vault in a bucket of its own, reached directly or by another endpoint."""

    def make(*, lock: str, bucket_locks: bool = True, endpoint: str = "") -> WriteOnceS3Storage:
        bucket = s3.make_bucket(lock=bucket_locks)
        options: dict[str, object] = {"lock": lock} if lock != "none" else {}
        if lock != "none":
            options["retain_days"] = 3650
        if endpoint:
            options["endpoint"] = endpoint
        place = places.parse(s3.url(bucket, "some/prefix", **options))
        return WriteOnceS3Storage(place, places.Credentials(s3.access_key, s3.secret_key))

    return make

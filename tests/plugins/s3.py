"""The fixture that hands out the S3 store of the run, which starts when the first test asks for it.

def test_one(s3):
    bucket = s3.make_bucket(lock=True)                         each test makes its own
    url = s3.url(bucket, lock="COMPLIANCE", retain_days=1)     a VAULT_URL
    environment = s3.environment(url)                          of a process with that vault
"""

import pytest

from tests.plugins import engines
from tests.plugins.seaweed import S3, running

__all__ = ["S3", "s3"]


@pytest.fixture(scope="session")
def s3() -> S3:
    """The store of this run."""
    return running(engines.run_folder())

"""The same tests for a vault and a replica in folders, and in buckets of a real store."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests import pairs
from tests.pairs import Pair


@pytest.fixture(params=["folders", "buckets", "locked buckets"])
def pair(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Pair:
    """A vault and its replica, both empty, of each kind in turn."""
    if request.param == "folders":
        return pairs.folders(settings, tmp_path)
    s3: Any = request.getfixturevalue("s3")
    return pairs.buckets(settings, s3, lock=request.param == "locked buckets")


@pytest.fixture
def two_folders(settings: Settings, tmp_path: Path) -> Pair:
    """A vault and its replica in folders, where the kind does not matter."""
    return pairs.folders(settings, tmp_path)

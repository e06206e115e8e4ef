"""What commands that look after the vault are run on."""

from pathlib import Path
from typing import Any

import pytest

from tests import pairs
from tests.pairs import Pair


@pytest.fixture
def pair(settings: Any, tmp_path: Path) -> Pair:
    """A vault and its replica, both empty."""
    return pairs.folders(settings, tmp_path)

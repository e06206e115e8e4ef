"""An empty vault for each test: bytes outlive a rolled-back transaction, and would be found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import storages
from pytest_django import Settings


@pytest.fixture(autouse=True)
def vault(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The root of the vault of this test."""
    root = tmp_path / "vault"
    backend = settings.STORAGES["vault"]
    settings.STORAGES = settings.STORAGES | {
        "vault": backend | {"OPTIONS": {"location": str(root)}}
    }
    settings.VAULT_ROOT, settings.VAULT_STAGING = root, root / "staging"
    assert storages["vault"].path("x") == str(root / "x")
    yield root

"""An empty vault for each test: bytes outlive a rolled-back transaction, and would be found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.storage import storages
from pytest_django import Settings

from evidence.vault import places
from tests.evidence.vault.stores import both, locked

__all__ = ["both", "locked"]


@pytest.fixture(autouse=True)
def vault(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The root of the vault of this test."""
    root = tmp_path / "vault"
    # Local on every engine: what the two kinds of vault share is tested with both by name.
    settings.STORAGES = settings.STORAGES | {"vault": places.Place(folder=str(root)).storage()}
    settings.VAULT_ROOT, settings.VAULT_STAGING = root, root / "staging"
    assert storages["vault"].path("x") == str(root / "x")
    yield root

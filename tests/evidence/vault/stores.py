"""Both kinds of vault for one test: a folder, and a bucket of the S3 store of the run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from pytest_django import Settings

from evidence.vault import places, staging
from evidence.vault.staging import Staged, StagedFile
from tests import vaults


def use(settings: Settings, place: places.Place, key: tuple[str, str] = ("", "")) -> vaults.Vault:
    """Put the vault of this process at a place; return it as an intruder sees it."""
    backend = place.storage(places.Credentials(*key))
    settings.STORAGES = settings.STORAGES | {"vault": backend}
    return vaults.of_settings()


def saved(data: bytes, name: str | None = None) -> str:
    """Save bytes through the storage, under their address or another name; return the name."""
    staged = staging.stage([data])
    try:
        return save(staged, name)
    finally:
        staged.discard()


def save(staged: Staged, name: str | None = None) -> str:
    """Save staged bytes under their address or another name; return the name."""
    sha256 = staged.digest.sha256
    with StagedFile(staged) as file:
        where = name or f"blobs/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
        return str(storages["vault"].save(where, file))


@pytest.fixture(params=["folder", "bucket"])
def both(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, vault: Path
) -> Iterator[vaults.Vault]:
    """A vault of either kind, empty, as an intruder sees it."""
    if request.param == "folder":
        yield use(settings, places.Place(folder=str(tmp_path / "both")))
        return
    s3: Any = request.getfixturevalue("s3")
    place = places.parse(s3.url(s3.make_bucket(lock=False), "corner"))
    yield use(settings, place, (s3.access_key, s3.secret_key))


@pytest.fixture
def locked(settings: Settings, s3: Any) -> vaults.Vault:
    """An empty vault on S3 whose objects are locked for a day, as an intruder sees it."""
    url = s3.url(s3.make_bucket(lock=True), lock="COMPLIANCE", retain_days=1)
    return use(settings, places.parse(url), (s3.access_key, s3.secret_key))

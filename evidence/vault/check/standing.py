"""What the newest check says of the vault as it is set now. Reads a row, and asks no store."""

import datetime

from django.core.files.storage import Storage, storages
from django.utils import timezone

from evidence.models import VaultCheck
from evidence.vault.local import WriteOnceFileSystemStorage
from evidence.vault.places import Place

OLD = datetime.timedelta(days=90)
"""After this a proof is of its day and no more: stores and policies change."""


def address(storage: Storage) -> str:
    """Return the address of a vault, in its one spelling and without secrets."""
    place = getattr(storage, "place", None)
    if isinstance(place, Place):
        return place.url
    if isinstance(storage, WriteOnceFileSystemStorage):
        return Place(folder=str(storage.location)).url
    raise TypeError(f"{type(storage).__name__} is no vault: see evidence.vault.places.")


def newest() -> VaultCheck | None:
    """Return the newest check of the vault as it is set now; one of another address is none."""
    found: VaultCheck | None = (
        VaultCheck.objects.filter(vault=address(storages["vault"])).order_by("-pk").first()
    )
    return found


def is_old(row: VaultCheck) -> bool:
    """Tell whether a check is too old to speak of today."""
    return timezone.now() - row.at > OLD

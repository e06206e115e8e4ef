"""What Object Lock keeps stays: a retention is extended and never shortened, a hold holds."""

import datetime

import pytest

from evidence.errors import Retained
from evidence.vault import store
from tests.evidence.vault.stores import saved
from tests.vaults import Vault


def days(number: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=number)


def test_a_new_object_is_locked_from_its_first_moment(locked: Vault) -> None:
    until = store.storage().retained_until(saved(b"x"))
    assert days(0.9) < until < days(1.1)


def test_a_retention_is_extended_and_never_shortened(locked: Vault) -> None:
    vault, name = store.storage(), saved(b"x")
    assert vault.retain(name, days(10))
    assert days(9.9) < vault.retained_until(name) < days(10.1)
    assert vault.retain(name, days(2))
    assert days(9.9) < vault.retained_until(name) < days(10.1)


def test_what_is_retained_is_not_erased_and_all_of_it_stays(locked: Vault) -> None:
    name = saved(b"kept")
    locked.write(name, b"an overwrite, which makes a newer version")
    with pytest.raises(Retained, match=r"until \d{4}-"):
        store.storage().erase(name)
    vault = store.storage()
    found = vault.client.list_object_versions(Bucket=vault.bucket, Prefix=name)
    assert len(found["Versions"]) == 2


def test_what_is_held_is_not_erased_before_the_hold_is_lifted(locked: Vault) -> None:
    vault = store.storage()
    locked.write("blobs/free", b"without a lock of its own")
    assert vault.hold("blobs/free", True)
    with pytest.raises(Retained, match="legal hold"):
        vault.erase("blobs/free")
    assert vault.hold("blobs/free", False)
    vault.erase("blobs/free")
    assert not vault.exists("blobs/free")


def test_a_deletion_hides_and_what_is_saved_again_is_there(locked: Vault) -> None:
    vault, name = store.storage(), saved(b"x")
    vault.delete(name)
    assert not vault.exists(name)
    assert saved(b"x") == name
    assert locked.read(name) == b"x"


def test_bytes_that_come_again_are_locked_as_long_as_new_ones(locked: Vault) -> None:
    sha256 = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"  # of b"x"
    name = f"blobs/sha256/2d/71/{sha256}"
    locked.write(name, b"x")  # there, and not locked
    assert store.storage().retained_until(name) is None
    assert saved(b"x") == name
    assert days(0.9) < store.storage().retained_until(name) < days(1.1)

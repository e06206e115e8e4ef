"""What a vault promises, kept by both kinds of it: create once, read any part, list, let go."""

import datetime
import hashlib

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from evidence.errors import Corrupt
from evidence.vault import staging, store
from tests.evidence.vault.stores import save, saved
from tests.vaults import Vault

DATA = bytes(range(256)) * 40_000  # ten megabytes: several pieces


def test_what_was_saved_is_read_back_whole_and_in_parts(both: Vault) -> None:
    name = saved(DATA)
    vault = store.storage()
    assert name == f"blobs/sha256/{name[13:15]}/{name[16:18]}/{hashlib.sha256(DATA).hexdigest()}"
    assert both.read(name) == DATA
    assert (vault.exists(name), vault.size(name)) == (True, len(DATA))
    for start, stop in ((0, len(DATA)), (0, 1), (5, 5), (4_194_303, 4_194_305), (9_000_000, 10**7)):
        assert b"".join(vault.read(name, start, stop)) == DATA[start:stop]


def test_an_object_that_ends_early_gives_what_there_is(both: Vault) -> None:
    name = saved(b"short")
    assert b"".join(store.storage().read(name, 3, 100)) == b"rt"
    assert b"".join(store.storage().read(name, 50, 100)) == b""


def test_an_open_object_can_be_sought_in(both: Vault) -> None:
    with store.storage().open(saved(DATA)) as file:
        file.seek(-3, 2)
        assert file.read() == DATA[-3:]
        assert file.seek(300_000) == 300_000
        assert file.read(70_000) == DATA[300_000:370_000]
        assert file.read(10) == DATA[370_000:370_010]
        file.seek(0)
        assert hashlib.sha256(file.read()).digest() == hashlib.sha256(DATA).digest()


def test_what_is_there_is_left_when_it_is_the_same(both: Vault) -> None:
    name = saved(b"same")
    before = store.storage().get_modified_time(name)
    assert saved(b"same") == name
    assert store.storage().get_modified_time(name) == before


@pytest.mark.parametrize("other", [b"Same", b"sam", b""])
def test_other_bytes_under_the_address_are_noticed_and_left(both: Vault, other: bytes) -> None:
    name = saved(b"same")
    both.write(name, other)
    with pytest.raises(Corrupt):
        saved(b"same")
    assert both.read(name) == other


def test_only_staged_bytes_are_taken(both: Vault) -> None:
    with pytest.raises(SuspiciousFileOperation):
        store.storage().save("blobs/x", ContentFile(b"x", name="x"))


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../b"])
def test_no_name_leads_out_of_the_vault(both: Vault, name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        store.storage().exists(name)


def test_what_is_not_there_is_said_to_be_absent(both: Vault) -> None:
    vault, name = store.storage(), "blobs/sha256/ab/cd/none"
    assert not vault.exists(name)
    for ask in (vault.size, vault.get_modified_time, vault.retained_until, vault.erase, vault.open):
        with pytest.raises(FileNotFoundError):
            ask(name)
    with pytest.raises(FileNotFoundError):
        list(vault.read(name, 0, 10))
    there = saved(b"there")
    assert vault.absent([name, there]) == [name]


def test_many_saves_at_once_are_all_there_at_the_end(both: Vault) -> None:
    items = [staging.stage([b"%d" % number]) for number in range(40)]
    with store.storage().at_once():
        names = [save(staged) for staged in items]
    assert both.names() == sorted(names)


def test_the_error_of_one_save_among_many_is_raised(both: Vault) -> None:
    both.write(saved(b"13"), b"31")
    items = [staging.stage([b"%d" % number]) for number in range(20)]
    with pytest.raises(Corrupt), store.storage().at_once():
        for staged in items:
            save(staged)


def test_names_come_in_order_and_go_on_after_any_of_them(both: Vault) -> None:
    expected = sorted(saved(b"%d" % number) for number in range(30))
    vault = store.storage()
    assert list(vault.names("blobs/sha256/")) == expected
    for last in (expected[0], expected[17], expected[-1]):
        left = [name for name in expected if name > last]
        assert list(vault.names("blobs/", after=last)) == left
    first = expected[0][:15]
    assert list(vault.names(first)) == [name for name in expected if name.startswith(first)]
    assert list(vault.names("nothing/")) == []


def test_folders_can_be_looked_into(both: Vault) -> None:
    name = saved(b"one")
    parts = name.split("/")
    vault = store.storage()
    assert vault.listdir("blobs/sha256") == ([parts[2]], [])
    assert vault.listdir("/".join(parts[:4])) == ([], [parts[4]])
    with pytest.raises(FileNotFoundError):
        vault.listdir("checks")


def test_what_is_erased_is_gone_and_can_be_saved_again(both: Vault) -> None:
    name = saved(b"gone")
    store.storage().erase(name)
    assert both.names() == []
    assert saved(b"gone") == name
    assert both.read(name) == b"gone"


def test_what_is_deleted_can_be_saved_again(both: Vault) -> None:
    name = saved(b"gone")
    store.storage().delete(name)
    assert not store.storage().exists(name)
    store.storage().delete(name)
    saved(b"gone")
    assert both.read(name) == b"gone"


def test_without_a_lock_nothing_claims_to_retain(both: Vault) -> None:
    name = saved(b"x")
    vault = store.storage()
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    assert not vault.retain(name, until)
    assert not vault.hold(name, True)
    assert vault.retained_until(name) is None
    age = datetime.datetime.now(datetime.UTC) - vault.get_modified_time(name)
    assert abs(age) < datetime.timedelta(minutes=5)

"""An import that is interrupted leaves no organization, and goes on where it was."""

from collections.abc import Callable
from typing import Any

import pytest

from evidence.models import Blob
from evidence.vault import store
from evidence.writing import insert
from tests import vaults
from tests.trails.moving.moved import Exported, rows_of_acme, take_in
from trails.models import Organization, User
from trails.moving import importing, inserting, putting
from trails.moving.errors import Refused
from trails.moving.source import Source


class Killed(BaseException):
    """What ends a process in the middle."""


def dying(at: int) -> Callable[..., None]:
    """Return what dies when it is called so often."""
    calls = iter(range(at))

    def die(*args: Any, **kwargs: Any) -> None:
        if next(calls, None) is None:
            raise Killed

    return die


@pytest.mark.parametrize("at", [0, 1, 3])
def test_one_that_dies_among_the_files_goes_on_with_those_that_are_there(
    at: int, exported: Exported, other_vault: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(putting, "_FILES_AT_ONCE", 1)
    promoted: list[str] = []
    die, promote_all = dying(at), store.promote_all

    def promote(staged: Any) -> None:
        die()
        promoted.extend(one.digest.sha256 for one in staged)
        promote_all(staged)

    monkeypatch.setattr(store, "promote_all", promote)
    with pytest.raises(Killed):
        take_in(exported.path)
    assert not Organization.objects.exists()
    assert len(promoted) == at
    monkeypatch.setattr(store, "promote_all", promote_all)
    staged: list[str] = []
    stage = Source.stage

    def noting(self: Any, entry: Any, sha256: str) -> Any:
        staged.append(sha256)
        return stage(self, entry, sha256)

    monkeypatch.setattr(Source, "stage", noting)
    take_in(exported.path)
    assert rows_of_acme() == exported.rows
    assert set(staged).isdisjoint(promoted)
    assert len(staged) + len(promoted) == Blob.objects.count()


@pytest.mark.parametrize("at", [0, 5, 15])
def test_one_that_dies_among_the_rows_leaves_none(
    at: int, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    die = dying(at)

    def dying_insert(*args: Any, **kwargs: Any) -> None:
        die()
        insert(*args, **kwargs)

    monkeypatch.setattr(inserting, "insert", dying_insert)
    with pytest.raises(Killed):
        take_in(exported.path)
    assert not Organization.objects.exists()
    assert not User.objects.exists()
    assert not Blob.objects.exists()
    monkeypatch.undo()
    take_in(exported.path)
    assert rows_of_acme() == exported.rows


def test_files_that_were_swept_before_the_rows_came_are_brought_back(
    exported: Exported, other_vault: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = inserting.write

    def sweep_first(*args: Any) -> Any:
        for name in other_vault.names():
            other_vault.remove(name)
        return write(*args)

    monkeypatch.setattr(inserting, "write", sweep_first)
    take_in(exported.path)
    assert len(other_vault.names()) == Blob.objects.count() > 0


def test_a_file_that_is_there_with_other_bytes_stops_it(
    exported: Exported, other_vault: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in_files_only(exported, monkeypatch)
    [name] = [n for n in other_vault.names() if other_vault.read(n) == b"nobody else's"]
    other_vault.write(name, b"NOBODY else's")
    with pytest.raises(Refused, match="holds other bytes"):
        take_in(exported.path)


def take_in_files_only(exported: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(inserting, "insert", dying(0))
        with pytest.raises(Killed):
            take_in(exported.path)


def test_a_file_that_changes_under_the_import_stops_it(
    exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was verified, and somebody writes to it before its rows are read."""
    data = exported.path.read_bytes()
    look = importing._look_at_the_key

    def change(*args: Any) -> Any:
        exported.path.write_bytes(data.replace(b"Shell for OPS-1", b"Shell for OPS-2"))
        return look(*args)

    monkeypatch.setattr(importing, "_look_at_the_key", change)
    with pytest.raises(Refused, match="changed while it was imported"):
        take_in(exported.path)
    assert not Organization.objects.exists()

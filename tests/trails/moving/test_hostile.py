"""Exports that somebody has forged, with manifests that fit: nothing of them is taken in."""

from pathlib import Path
from typing import Any

import pytest

from evidence.ledger.note import Key, SigningKey, new_private_key, private_key
from evidence.models import Blob, Log, Record
from tests import vaults
from tests.trails.moving import forging
from tests.trails.moving.forgeries import FORGERIES, NEEDS_A_DATABASE
from tests.trails.moving.moved import Exported, take_in
from trails.actions.organizations import create_organization, create_user
from trails.errors import TrailsError
from trails.models import Organization, User
from trails.moving import layout


def everything() -> list[list[Any]]:
    models = (Organization, User, Log, Record, Blob)
    return [list(model._base_manager.order_by("pk").values_list()) for model in models]


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_export_is_refused_and_nothing_of_it_is_here(
    name: str, exported: Exported, tmp_path: Path, other_vault: vaults.Vault
) -> None:
    create_organization(name="rival", admin=create_user(email="rival@example.com"))
    forge, reason = FORGERIES[name]
    before = everything()
    found = forging.members(exported.path)
    try:
        forged = forging.pack(forge(found), tmp_path / "forged")
    except TrailsError:  # the description cannot be read at all
        forged = forging.pack(forge(found), tmp_path / "forged", mend=False)
    with pytest.raises(TrailsError, match=reason):
        take_in(forged)
    assert everything() == before
    if name not in NEEDS_A_DATABASE:
        assert other_vault.names() == []


def test_an_export_that_nobody_forged_is_packed_as_it_was(
    exported: Exported, tmp_path: Path
) -> None:
    packed = forging.pack(forging.members(exported.path), tmp_path / "same")
    assert packed.read_bytes() == exported.path.read_bytes()


@pytest.mark.parametrize("name", [*layout.TAIL, layout.README, layout.CHECKPOINT, layout.KEYS])
def test_a_tag_file_that_was_changed_is_refused(
    name: str, exported: Exported, tmp_path: Path
) -> None:
    found = forging.members(exported.path)
    changed = found | {name: found[name][:-1] + b"x\n"}
    with pytest.raises(TrailsError):
        take_in(forging.pack(changed, tmp_path / "forged", mend=False))
    assert not Organization.objects.exists()


def test_members_in_another_order_are_refused(exported: Exported, tmp_path: Path) -> None:
    found = forging.members(exported.path)
    moved = layout.rows_name("trails.ServiceAccount", 1)
    items = [(name, data) for name, data in found.items() if name != moved]
    at = [name for name, _ in items].index(layout.rows_name("trails.Trail", 1))
    items.insert(at, (moved, found[moved]))
    with pytest.raises(TrailsError, match="Trail come after those of trails"):
        take_in(forging.pack(dict(items), tmp_path / "forged"))


def test_no_byte_of_an_export_can_be_changed_unseen(exported: Exported, tmp_path: Path) -> None:
    data = exported.path.read_bytes()
    forged = tmp_path / "forged"
    for at in range(0, len(data), 997):
        forged.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(TrailsError):
            take_in(forged)
    assert not Organization.objects.exists()


def test_an_export_that_was_cut_off_is_refused(exported: Exported, tmp_path: Path) -> None:
    data = exported.path.read_bytes()
    cut = tmp_path / "cut"
    for length in (0, 100, len(data) // 2, len(data) - 1):
        cut.write_bytes(data[:length])
        with pytest.raises(TrailsError):
            take_in(cut)


def test_a_signature_by_another_key_than_the_owners_is_refused(exported: Exported) -> None:
    other = SigningKey("testserver/acme", private_key(new_private_key())).key
    with pytest.raises(TrailsError, match="not signed as it should be"):
        take_in(exported.path, key=other)
    take_in(exported.path, key=Key.parse(exported.vkey))

"""Whom an import takes for whom: an account that is here is never taken over by a file."""

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator

from tests.trails.moving import forging
from tests.trails.moving.moved import Exported, take_in
from trails.actions.organizations import create_user
from trails.models import ApiKey, Membership, Organization, User
from trails.moving.errors import Refused

OURS = "a password that the file does not know"


def owner_here() -> User:
    return create_user(email="owner@example.com", name="Somebody here", password=OURS)


def test_a_person_with_an_account_here_is_not_taken_for_another(exported: Exported) -> None:
    owner_here()
    with pytest.raises(Refused, match=r"accounts here already: owner@example\.com\. If they"):
        take_in(exported.path)
    assert not Organization.objects.exists()


def test_a_person_who_is_the_same_keeps_what_is_here_and_becomes_a_member(
    exported: Exported,
) -> None:
    here = owner_here()
    acme = take_in(exported.path, map_people=True).organization
    assert Membership.objects.get(organization=acme, user=here).role == "admin"
    now = User.objects.get(email="owner@example.com")
    assert (now.pk, now.name) == (here.pk, "Somebody here")
    assert now.check_password(OURS)
    assert not ApiKey.objects.filter(user=here).exists()
    assert User.objects.count() == 3


def test_a_second_factor_of_the_file_is_not_added_to_an_account_that_is_here(
    exported: Exported, tmp_path: Path
) -> None:
    here = owner_here()
    found = forging.members(exported.path)
    [row] = [r for r in forging.rows(found, "trails.User") if r["email"] == here.email]
    factor = {"user_id": row["id"], "type": "totp", "data": {}, "last_used_at": None}
    factor["created_at"] = row["date_joined"]
    name = "mfa.Authenticator"
    at = list(found).index(next(n for n in found if n.startswith("data/evidence/")))
    with_one = forging.with_rows({}, name, [factor])
    items = list(found.items())
    packed = dict([*items[:at], *with_one.items(), *items[at:]])
    take_in(forging.pack(packed, tmp_path / "forged"), map_people=True)
    assert not Authenticator.objects.exists()


def test_an_account_is_not_renamed_by_a_file_that_knows_its_id(
    exported: Exported, tmp_path: Path
) -> None:
    here = create_user(email="victim@example.com", password=OURS)
    found = forging.members(exported.path)

    def claim(row: forging.Row) -> forging.Row:
        for name in ("id", "user_id"):
            if row.get(name) == owner:
                row = row | {name: str(here.pk)}
        return row

    [owner] = [r["id"] for r in forging.rows(found, "trails.User") if r["name"] == "Owner"]
    for table in ("trails.User", "trails.Membership", "trails.ApiKey"):
        found = forging.edited(found, table, claim)
    with pytest.raises(Refused, match="has the id of another account here"):
        take_in(forging.pack(found, tmp_path / "forged"), map_people=True)
    assert User.objects.get(pk=here.pk).email == "victim@example.com"


def test_two_people_of_one_file_are_not_one_person_here(exported: Exported, tmp_path: Path) -> None:
    owner_here()
    found = forging.members(exported.path)
    found = forging.edited(found, "trails.User", lambda row: row | {"email": "owner@example.com"})
    with pytest.raises(Refused):
        take_in(forging.pack(found, tmp_path / "forged"), map_people=True)
    assert not Organization.objects.exists()


def test_nobody_becomes_an_operator(exported: Exported) -> None:
    take_in(exported.path)
    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_operator_is_exported_as_a_member_like_others(
    exported: Exported,
) -> None:
    rows = forging.rows(forging.members(exported.path), "trails.User")
    assert {"is_staff", "is_superuser", "last_login"}.isdisjoint(rows[0])
    assert "outsider@example.com" not in {row["email"] for row in rows}

"""Who belongs to an organization changes, and somebody is always left who can change it."""

import pytest
from django.db import IntegrityError

from evidence.models import Log
from tests.plugins.world import World
from trails import actors
from trails.actions.members import set_standing
from trails.actions.organizations import (
    create_organization,
    create_user,
    remove_member,
    set_role,
    switch_beta,
)
from trails.actors import SYSTEM
from trails.errors import Conflict, Invalid, NotFound
from trails.models import Activity, Membership, Organization


def test_the_last_admin_stays(world: World) -> None:
    for act in (
        lambda: remove_member(organization=world.acme, user=world.owner, actor=SYSTEM),
        lambda: set_role(organization=world.acme, user=world.owner, role="auditor", actor=SYSTEM),
    ):
        with pytest.raises(Conflict, match="last admin"):
            act()
    set_role(organization=world.acme, user=world.writer, role="admin", actor=SYSTEM)
    remove_member(organization=world.acme, user=world.owner, actor=SYSTEM)
    assert Membership.objects.get(organization=world.acme, role="admin").user == world.writer


def test_an_admin_who_cannot_sign_in_does_not_count(world: World) -> None:
    set_role(organization=world.acme, user=world.writer, role="admin", actor=SYSTEM)
    world.owner.is_superuser = True
    world.owner.save()
    set_standing(user=world.writer, is_active=False, is_staff=False, actor=world.actor("owner"))
    with pytest.raises(Conflict, match="last admin"):
        remove_member(organization=world.acme, user=world.owner, actor=SYSTEM)


def test_a_role_changes_with_an_activity_that_says_from_what(world: World) -> None:
    set_role(organization=world.acme, user=world.auditor, role="writer", actor=world.actor("owner"))
    written = Activity.objects.filter(verb="member.role-changed").get()
    assert (written.details["before"], written.details["role"]) == ("auditor", "writer")
    assert written.by_name == "Owner"
    set_role(organization=world.acme, user=world.auditor, role="writer", actor=world.actor("owner"))
    assert Activity.objects.filter(verb="member.role-changed").count() == 1


def test_nobody_is_removed_who_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        remove_member(organization=world.acme, user=world.outsider, actor=SYSTEM)
    with pytest.raises(Invalid, match="not a role"):
        set_role(organization=world.acme, user=world.outsider, role="god", actor=SYSTEM)


@pytest.mark.parametrize("name", ["acme", "ACME", "Rival"])
def test_a_name_is_taken_in_every_spelling(name: str, world: World) -> None:
    with pytest.raises(Conflict, match="already"):
        create_organization(name=name)


def test_a_name_that_was_taken_a_moment_ago_is_a_conflict_too(world: World) -> None:
    Log.objects.create(origin="testserver/third")
    with pytest.raises(Conflict, match="already"):
        create_organization(name="third")
    assert not Organization.objects.filter(name="third").exists()


def test_an_e_mail_address_is_one_account_in_every_spelling(world: World) -> None:
    with pytest.raises(Conflict):
        create_user(email="OWNER@Example.com")
    assert create_user(email="New@Example.com").email == "new@example.com"
    for wrong in ("", "nobody", "a\x00@b", "x" * 200 + "@example.com"):
        with pytest.raises(Invalid):
            create_user(email=wrong)


def test_whoever_has_no_name_is_recorded_without_the_rest_of_the_address(world: World) -> None:
    longest = "x" * 188 + "@example.com"
    user = create_user(email=longest)
    set_role(organization=world.acme, user=user, role="admin", actor=SYSTEM)
    switch_beta(organization=world.acme, enabled=False, actor=actors.for_user(user))
    assert Activity.objects.get(verb="beta.switched").by_name == "x" * 188


def test_a_switch_that_is_there_already_leaves_no_trace(world: World) -> None:
    for enabled in (False, False, True, True):
        switch_beta(organization=world.acme, enabled=enabled, actor=world.actor("writer"))
    written = Activity.objects.filter(verb="beta.switched").order_by("id")
    assert [each.details["enabled"] for each in written] == [False, True]


def test_two_roles_for_one_member_cannot_be(world: World) -> None:
    with pytest.raises(IntegrityError):
        Membership.objects.create(organization=world.acme, user=world.owner, role="auditor")

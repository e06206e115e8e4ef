"""A key is followed by another one: both work for a while, then only the new one does."""

import datetime

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from tests.plugins.roles import owning
from tests.plugins.world import World
from trails.actions.keys import (
    issue_service_key,
    issue_user_key,
    revoke_key,
    rotate_key,
    set_service_role,
)
from trails.authentication import actor_of_key
from trails.errors import Conflict, Forbidden, Invalid, Unauthenticated
from trails.models import Activity, ApiKey, ServiceAccount

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def who(token: str) -> str | None:
    """Return who a token stands for now, None when it does not work."""
    header = {"Authorization": f"Bearer {token}"}
    try:
        return actor_of_key(RequestFactory().get("/", headers=header)).name
    except Unauthenticated:
        return None


def robot() -> ServiceAccount:
    return ServiceAccount.objects.get(name="robot")


def key_of_robot() -> ApiKey:
    return robot().api_keys.get()


def test_both_keys_work_during_the_grace(world: World) -> None:
    key, token = rotate_key(key=key_of_robot(), actor=world.actor("owner"), grace=HOUR)
    assert who(token) == who(world.tokens["robot"]) == "robot"
    old = robot().api_keys.exclude(pk=key.pk).get()
    assert old.expires_at
    assert abs(old.expires_at - timezone.now() - HOUR) < datetime.timedelta(minutes=1)


def test_without_a_grace_the_old_key_ends_at_once(world: World) -> None:
    token = rotate_key(key=key_of_robot(), actor=world.actor("owner"), grace=datetime.timedelta(0))[
        1
    ]
    assert who(token) == "robot"
    assert who(world.tokens["robot"]) is None


def test_the_successor_has_the_same_owner_description_and_length_of_life(world: World) -> None:
    owner = world.actor("owner")
    old = issue_service_key(
        account=robot(), actor=owner, description="nightly", expires_at=timezone.now() + 90 * DAY
    )[0]
    with owning(connection):
        ApiKey.objects.filter(pk=old.pk).update(
            created_at=timezone.now() - 80 * DAY, expires_at=timezone.now() + 10 * DAY
        )
    new = rotate_key(key=old, actor=owner, grace=HOUR)[0]
    assert (new.service_account, new.description) == (robot(), "nightly")
    assert new.expires_at
    assert abs(new.expires_at - timezone.now() - 90 * DAY) < HOUR
    assert rotate_key(key=new, actor=owner, grace=HOUR, description="mine")[0].description == "mine"
    assert rotate_key(key=key_without_end(world), actor=owner, grace=HOUR)[0].expires_at is None


def key_without_end(world: World) -> ApiKey:
    return issue_service_key(account=robot(), actor=world.actor("owner"))[0]


def test_a_grace_lengthens_no_life(world: World) -> None:
    owner, end = world.actor("owner"), timezone.now() + HOUR
    old = issue_service_key(account=robot(), actor=owner, expires_at=end)[0]
    rotate_key(key=old, actor=owner, grace=7 * DAY)
    assert ApiKey.objects.get(pk=old.pk).expires_at == end


@pytest.mark.parametrize("grace", [-HOUR, 30 * DAY + HOUR])
def test_a_grace_that_is_none_is_refused(world: World, grace: datetime.timedelta) -> None:
    with pytest.raises(Invalid, match="between 0 and 30 days"):
        rotate_key(key=key_of_robot(), actor=world.actor("owner"), grace=grace)
    assert robot().api_keys.count() == 1


def test_a_key_that_has_ended_has_no_successor(world: World) -> None:
    owner, key = world.actor("owner"), key_of_robot()
    revoke_key(key=key, actor=owner)
    with pytest.raises(Conflict, match="works no more"):
        rotate_key(key=key, actor=owner, grace=HOUR)


def test_people_rotate_their_own_keys_and_nobody_elses(world: World) -> None:
    writer = world.actor("writer")
    key = issue_user_key(user=world.writer, actor=writer)[0]
    token = rotate_key(key=key, actor=writer, grace=HOUR)[1]
    assert who(token) == "Writer"
    with pytest.raises(Forbidden, match="People rotate their own keys"):
        rotate_key(key=key, actor=world.actor("owner"), grace=HOUR)
    assert not Activity.objects.get(verb="key.rotated").record


def test_the_activity_names_both_keys_and_no_token(world: World) -> None:
    old, owner = key_of_robot(), world.actor("owner")
    new, token = rotate_key(key=old, actor=owner, grace=HOUR)
    activity = Activity.objects.get(verb="key.rotated")
    assert activity.record
    assert activity.details["id"] == str(old.pk)
    assert activity.details["successor"]["id"] == str(new.pk)
    assert token not in str(activity.details)


def test_a_service_account_gets_another_role_and_its_keys_with_it(world: World) -> None:
    owner = world.actor("owner")
    account = set_service_role(account=robot(), role="auditor", actor=owner)
    assert account.role == robot().role == "auditor"
    activity = Activity.objects.get(verb="service-account.role-changed")
    assert (activity.details["before"], activity.details["role"]) == ("writer", "auditor")
    header = {"Authorization": f"Bearer {world.tokens['robot']}"}
    actor = actor_of_key(RequestFactory().get("/", headers=header))
    assert dict(actor.roles) == {world.acme.pk: "auditor"}


def test_the_same_role_again_writes_nothing(world: World) -> None:
    set_service_role(account=robot(), role="writer", actor=world.actor("owner"))
    assert not Activity.objects.filter(verb="service-account.role-changed").exists()
    with pytest.raises(Invalid, match="'king' is not a role"):
        set_service_role(account=robot(), role="king", actor=world.actor("owner"))

"""Keys are shown once, kept as a hash, and end when they are revoked or out of date."""

import base64
import datetime
import hashlib

import pytest
from django.test import RequestFactory
from django.utils import timezone

from tests.plugins.world import World
from trails.actions.keys import create_service_account, issue_user_key, revoke_key
from trails.actors import SYSTEM, Actor
from trails.authentication import actor_of_key
from trails.errors import Conflict, Forbidden, Invalid, Unauthenticated
from trails.models import Activity, ApiKey


def actor_with(header: str) -> Actor:
    return actor_of_key(RequestFactory().get("/", headers={"Authorization": header}))


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:anything".encode()).decode()


def test_a_key_works_as_bearer_and_as_the_user_of_basic(world: World) -> None:
    token = world.tokens["robot"]
    for header in (f"Bearer {token}", f"bearer   {token}", basic(token)):
        assert actor_with(header).name == "robot"


def test_the_database_does_not_hold_the_key(world: World) -> None:
    for name, token in world.tokens.items():
        key = ApiKey.objects.get(sha256=hashlib.sha256(token.encode()).hexdigest())
        columns = " ".join(
            str(value) for value in ApiKey.objects.filter(pk=key.pk).values()[0].values()
        )
        assert token not in columns, name
        assert token.startswith("tk_") and len(token) >= 40
    for activity in Activity.objects.all():
        assert not any(token in str(activity.details) for token in world.tokens.values())


HOSTILE = ["tk_", "tk_" + "x" * 43, "", "\x00", "tk_aaaaaaaa\x00", "é", "x" * 5000, "'; --", "%"]


@pytest.mark.parametrize("token", HOSTILE)
def test_a_key_that_is_none_is_refused_like_any_other(token: str, world: World) -> None:
    """A NUL, which Basic carries well, must not reach PostgreSQL, which answers with an error."""
    for header in (f"Bearer {token}", basic(token)):
        with pytest.raises(Unauthenticated) as refused:
            actor_with(header)
        assert refused.value.message.startswith("The API key is not valid")


def test_a_changed_last_letter_is_another_key(world: World) -> None:
    token = world.tokens["writer"]
    with pytest.raises(Unauthenticated):
        actor_with(f"Bearer {token[:-1]}{'a' if token[-1] != 'a' else 'b'}")


@pytest.mark.parametrize("header", ["Digest x", "Bearer", "Basic ???", "Basic /w==", "tk_x"])
def test_a_header_that_carries_no_key_is_refused(header: str, world: World) -> None:
    with pytest.raises(Unauthenticated):
        actor_with(header)


def test_a_revoked_key_stops_working_and_says_when(world: World) -> None:
    key = world.writer.api_keys.get()
    revoke_key(key=key, actor=world.actor("writer"))
    revoked_at = ApiKey.objects.get(pk=key.pk).revoked_at
    with pytest.raises(Unauthenticated):
        actor_with(f"Bearer {world.tokens['writer']}")
    revoke_key(key=key, actor=SYSTEM)
    assert ApiKey.objects.get(pk=key.pk).revoked_at == revoked_at
    assert Activity.objects.filter(verb="key.revoked", subject=world.writer.email).count() == 1


def test_nobody_revokes_the_key_of_another_person_but_the_system(world: World) -> None:
    key = world.writer.api_keys.get()
    for name in ("owner", "outsider"):
        with pytest.raises(Forbidden):
            revoke_key(key=key, actor=world.actor(name))
    revoke_key(key=key, actor=SYSTEM)
    assert Activity.objects.get(verb="key.revoked").subject == world.writer.email


def test_a_key_ends_at_its_expiry(world: World) -> None:
    soon = timezone.now() + datetime.timedelta(hours=1)
    key, token = issue_user_key(user=world.owner, actor=world.actor("owner"), expires_at=soon)
    assert actor_with(f"Bearer {token}").user == world.owner
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now())
    with pytest.raises(Unauthenticated):
        actor_with(f"Bearer {token}")
    for wrong in (timezone.now(), datetime.datetime(2999, 1, 1)):
        with pytest.raises(Invalid) as refused:
            issue_user_key(user=world.owner, actor=world.actor("owner"), expires_at=wrong)
        assert refused.value.field == "expires_at"


def test_the_key_of_somebody_who_may_not_sign_in_stops_working(world: World) -> None:
    world.writer.is_active = False
    world.writer.save()
    with pytest.raises(Unauthenticated):
        actor_with(f"Bearer {world.tokens['writer']}")


def test_only_the_system_chooses_a_token(world: World) -> None:
    with pytest.raises(Forbidden):
        issue_user_key(user=world.owner, actor=world.actor("owner"), token="x" * 40)
    with pytest.raises(Invalid, match="at least"):
        issue_user_key(user=world.owner, actor=SYSTEM, token="short")


def test_a_service_account_has_a_name_of_its_own(world: World) -> None:
    owner = world.actor("owner")
    with pytest.raises(Conflict):
        create_service_account(organization=world.acme, name="robot", role="writer", actor=owner)
    for fields in ({"name": " "}, {"role": "root"}, {"name": "a\x00"}):
        with pytest.raises(Invalid):
            create_service_account(
                organization=world.acme,
                name=fields.get("name", "x"),
                role=fields.get("role", "writer"),
                actor=owner,
            )

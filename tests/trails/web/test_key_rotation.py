"""Keys that end: how a page rotates one, and how it shows what is about to end and what has."""

import datetime
import re

import pytest
from django.utils import timezone

from tests.plugins.world import World
from trails.actions.keys import hash_token
from trails.models import ApiKey, ServiceAccount

PAGE = "/acme/settings/keys"
OWN = "/account/keys/"
TRAILS = "/api/v1/organizations/acme/trails"


def key_on(page: str, world: World) -> ApiKey:
    owner = {"user": world.owner} if page == OWN else {"service_account__name": "robot"}
    return ApiKey.objects.get(**owner)


@pytest.mark.parametrize("page", [PAGE, OWN])
def test_a_key_is_rotated_and_both_work_during_the_grace(world: World, page: str) -> None:
    key = key_on(page, world)
    form = {"act": "rotate", "key": str(key.pk), "grace": "24h"}
    response = world.client("owner").post(page, form)
    [token] = set(re.findall(r"tk_[A-Za-z0-9_-]{40,}", response.content.decode()))
    assert "no-store" in response["Cache-Control"]
    old = world.bearer("owner" if page == OWN else "robot")
    for headers in (old, {"Authorization": f"Bearer {token}"}):
        assert world.client().get(TRAILS, headers=headers).status_code == 200
    key.refresh_from_db()
    assert key.expires_at is not None
    assert abs(key.expires_at - timezone.now() - datetime.timedelta(hours=24)).seconds < 60
    assert ApiKey.objects.get(sha256=hash_token(token)).expires_at is None


def test_without_a_grace_the_old_key_ends_at_once(world: World) -> None:
    key = key_on(PAGE, world)
    world.client("owner").post(PAGE, {"act": "rotate", "key": str(key.pk), "grace": "0"})
    assert world.client().get(TRAILS, headers=world.bearer("robot")).status_code == 401


@pytest.mark.parametrize("grace", ["", "for ever"])
def test_a_grace_must_be_one_of_the_list(world: World, grace: str) -> None:
    key = key_on(PAGE, world)
    form = {"act": "rotate", "key": str(key.pk), "grace": grace}
    text = world.client("owner").post(PAGE, form).content.decode()
    assert "Choose how long the old key goes on working." in text
    assert ApiKey.objects.filter(service_account__name="robot").count() == 1


@pytest.mark.parametrize(
    ("days", "word"), [(None, "Works"), (15, "Works"), (13, "Expires soon"), (-1, "Expired")]
)
def test_the_list_says_which_keys_end_within_two_weeks(
    world: World, days: int | None, word: str
) -> None:
    ends = None if days is None else timezone.now() + datetime.timedelta(days=days)
    ApiKey.objects.filter(service_account__name="robot").update(expires_at=ends)
    text = world.client("owner").get(PAGE).content.decode()
    [state] = re.findall(r'class="state[^"]*"><svg.*?</svg>([^<]+)<', text)
    assert state == word
    assert ("Rotate…" in text) == (word != "Expired")


def test_a_new_key_comes_with_the_commands_that_use_it(world: World) -> None:
    pk = str(ServiceAccount.objects.get(name="robot").pk)
    text = world.client("owner").post(PAGE, {"act": "issue", "account": pk}).content.decode()
    assert "export KEY=tk_" in text
    assert "http://testserver/api/v1/organizations/acme/trails" in text
    assert "KOSLI_ORG=acme" in text
    assert 'data-copy="#token"' in text


def test_a_service_account_changes_its_role(world: World) -> None:
    client = world.client("owner")
    pk = str(ServiceAccount.objects.get(name="robot").pk)
    form = {"act": "change-role", "account": pk, "role": "auditor"}
    assert "robot is Auditor now." in client.post(PAGE, form, follow=True).content.decode()
    assert ServiceAccount.objects.get(name="robot").role == "auditor"
    assert client.post(PAGE, form | {"role": "king"}).status_code == 400

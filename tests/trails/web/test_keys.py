"""Keys: shown once and nowhere else, revoked for good, and each in the hands of its owner."""

import datetime
import logging
import re

import pytest
from django.contrib.sessions.models import Session

from tests.plugins.world import World
from trails.actions.keys import hash_token
from trails.models import ApiKey, Organization, ServiceAccount

PAGE = "/acme/settings/keys"
OWN = "/account/keys/"
TOKEN = re.compile(r"tk_[A-Za-z0-9_-]{40,}")


def robot(world: World) -> ServiceAccount:
    return ServiceAccount.objects.get(name="robot")


def issue(world: World, **fields: str) -> dict[str, str]:
    """Return the form that issues a key to the robot."""
    pk = str(robot(world).pk)
    return {"act": "issue", "account": pk} | {f"{pk}-{name}": v for name, v in fields.items()}


def test_an_account_is_made_and_its_key_reports(world: World) -> None:
    client = world.client("owner")
    form = {"act": "create-account", "name": "recorder", "role": "writer"}
    assert client.post(PAGE, form)["Location"] == PAGE
    pk = str(ServiceAccount.objects.get(name="recorder").pk)
    response = client.post(PAGE, {"act": "issue", "account": pk, f"{pk}-description": "Lambda"})
    [token] = set(TOKEN.findall(response.content.decode()))
    key = ApiKey.objects.get(sha256=hash_token(token))
    assert (str(key.service_account), key.description) == ("recorder", "Lambda")


@pytest.mark.parametrize("page", [PAGE, OWN])
def test_the_token_is_shown_once_and_kept_nowhere(
    world: World, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = world.client("owner")
    form = issue(world) if page == PAGE else {"act": "issue"}
    with caplog.at_level(logging.DEBUG):
        response = client.post(page, form)
    [token] = set(TOKEN.findall(response.content.decode()))
    assert "no-store" in response["Cache-Control"]
    assert token not in str(response.headers)
    assert token not in client.get(page).content.decode()
    assert token not in caplog.text
    assert token not in str([session.get_decoded() for session in Session.objects.all()])
    assert all(token not in str(row) for row in ApiKey.objects.values())


def test_the_last_day_is_the_last_day(world: World) -> None:
    client = world.client("owner")
    client.post(PAGE, issue(world, expires_on="2999-12-31"))
    key = ApiKey.objects.order_by("-id")[0]
    assert key.expires_at == datetime.datetime(3000, 1, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize("day", ["2020-01-01", "9999-12-31", "tomorrow"])
def test_an_impossible_day_is_refused_beside_its_field(world: World, day: str) -> None:
    before = ApiKey.objects.count()
    form = issue(world, expires_on=day, description="Kept here")
    text = world.client("owner").post(PAGE, form).content.decode()
    assert f'id="id_{robot(world).pk}-expires_on_error"' in text
    assert 'value="Kept here"' in text
    assert ApiKey.objects.count() == before


def test_a_taken_name_is_refused_beside_its_field(world: World) -> None:
    form = {"act": "create-account", "name": "robot", "role": "writer"}
    text = world.client("owner").post(PAGE, form).content.decode()
    assert 'id="id_name_error"' in text
    assert 'value="robot"' in text


def test_a_revoked_key_works_no_more(world: World) -> None:
    key = ApiKey.objects.get(service_account=robot(world))
    client = world.client("owner")
    form = {"act": "revoke", "key": str(key.pk), "confirm": key.prefix}
    assert client.post(PAGE, form)["Location"] == PAGE
    assert "Revoked" in client.get(PAGE).content.decode()
    answer = world.client().get("/api/v1/organizations/acme/trails", headers=world.bearer("robot"))
    assert answer.status_code == 401


@pytest.mark.parametrize("typed", ["", "tk_", "robot"])
def test_a_key_is_revoked_only_by_whoever_types_which(world: World, typed: str) -> None:
    key = ApiKey.objects.get(service_account=robot(world))
    form = {"act": "revoke", "key": str(key.pk), "confirm": typed}
    text = world.client("owner").post(PAGE, form).content.decode()
    assert f"Type {key.prefix} to revoke it." in text
    key.refresh_from_db()
    assert key.is_usable


def test_nobody_reaches_the_keys_of_others(world: World) -> None:
    mine = ApiKey.objects.get(user=world.writer)
    machine = ApiKey.objects.get(service_account=robot(world))
    revoke = {"act": "revoke", "key": str(mine.pk), "confirm": mine.prefix}
    # Neither an admin nor another person may end a person's key, and no admin of another place
    # a machine's.
    assert world.client("owner").post(PAGE, revoke).status_code == 404
    assert world.client("auditor").post(OWN, revoke).status_code == 404
    for act in ("revoke", "rotate"):
        theirs = {"act": act, "key": str(machine.pk), "confirm": machine.prefix, "grace": "0"}
        assert world.client("outsider").post("/rival/settings/keys", theirs).status_code == 404
    account = {"act": "issue", "account": str(robot(world).pk)}
    assert world.client("outsider").post("/rival/settings/keys", account).status_code == 404
    assert Organization.objects.get(name="rival").service_accounts.count() == 0
    assert not ApiKey.objects.exclude(revoked_at=None).exists()
    assert world.client("writer").post(OWN, revoke).status_code == 302
    mine.refresh_from_db()
    assert not mine.is_usable

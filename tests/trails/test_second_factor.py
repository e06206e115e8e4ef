"""A second factor by app and codes: set up, asked for, used once, and sealed in the database."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client, override_settings

from tests.plugins.world import PASSWORD, World
from tests.second_factors import INDEX, code_of, confirm, set_up_app
from trails.models import Activity

LOGIN = "/account/login/"
PRIVATE = "/acme/case-worker-access/"


@pytest.fixture(autouse=True)
def _no_attempts_yet(db: None) -> None:
    cache.clear()


def half_in(world: World) -> Client:
    """Return a browser in which the auditor has given their password and nothing else."""
    client = world.client()
    form = {"login": "auditor@example.com", "password": PASSWORD, "next": PRIVATE}
    assert client.post(LOGIN, form)["Location"].startswith(f"{INDEX}authenticate/")
    assert client.get(PRIVATE).status_code == 404
    return client


def give(client: Client, code: str) -> Any:
    return client.post(f"{INDEX}authenticate/", {"code": code})


def test_the_password_alone_no_longer_signs_in(world: World) -> None:
    secret, _codes = set_up_app(world.client("auditor"))
    client = half_in(world)
    assert "was not accepted" in give(client, "000000").content.decode()
    assert client.get(PRIVATE).status_code == 404
    assert give(client, code_of(secret, steps=-3)).status_code == 200
    assert give(client, code_of(secret)).status_code == 302
    assert client.get(PRIVATE).status_code == 200
    # Who looked over the shoulder cannot use the code again.
    assert "was not accepted" in give(half_in(world), code_of(secret)).content.decode()


def test_each_recovery_code_works_once(world: World) -> None:
    _secret, codes = set_up_app(world.client("auditor"))
    assert len(codes) == 10 and all(re.fullmatch(r"\d{10}", code) for code in codes)
    assert give(half_in(world), codes[3]).status_code == 302
    assert "was not accepted" in give(half_in(world), codes[3]).content.decode()


def test_recovery_codes_are_shown_once(world: World) -> None:
    client = world.client("auditor")
    _secret, codes = set_up_app(client)
    again = client.get(f"{INDEX}recovery-codes/").content.decode()
    assert "10 codes are left." in again
    assert not any(code in again for code in codes)
    assert client.get(f"{INDEX}recovery-codes/download/").status_code == 403
    client.post(f"{INDEX}recovery-codes/generate/")
    [new] = re.findall(
        r'id="codes">([^<]+)<', client.get(f"{INDEX}recovery-codes/").content.decode()
    )
    assert not set(new.split()) & set(codes)
    assert "was not accepted" in give(half_in(world), codes[0]).content.decode()


@pytest.mark.parametrize(
    "page", ["totp/activate/", "webauthn/add/", "totp/deactivate/", "recovery-codes/generate/"]
)
def test_a_stranger_at_the_desk_is_asked_who_they_are(world: World, page: str) -> None:
    set_up = world.client("auditor")
    if page != "totp/activate/":
        set_up_app(set_up)
    client = world.client("auditor")
    for response in (client.get(INDEX + page), client.post(INDEX + page, {})):
        assert response["Location"].startswith("/account/reauthenticate/")


def test_nothing_in_the_database_makes_codes(world: World) -> None:
    secret, codes = set_up_app(world.client("auditor"))
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert Authenticator.objects.count() == 2
    assert secret not in stored
    assert not any(code in stored for code in codes)


def test_under_another_key_the_secret_is_refused_and_never_taken_for_empty(world: World) -> None:
    set_up_app(world.client("auditor"))
    with override_settings(SECRET_KEY="another key, that is long enough too"):
        response = give(half_in(world), code_of(""))
    assert response.status_code == 409
    assert "forget_second_factor" in response.content.decode()


def test_what_changes_is_told_by_mail_and_leaves_an_activity(shared_world: World) -> None:
    client = shared_world.client("auditor")
    set_up_app(client)
    client.post(f"{INDEX}totp/deactivate/")
    assert [message.to for message in mail.outbox] == [["auditor@example.com"]] * 2
    assert [str(message.subject) for message in mail.outbox] == [
        "[testserver] An authenticator app was set up",
        "[testserver] An authenticator app was removed",
    ]
    noted = Activity.objects.filter(verb__startswith="second-factor.").order_by("id")
    assert [(row.verb, row.details["type"], row.by_name) for row in noted] == [
        ("second-factor.added", "totp", "Auditor"),
        ("second-factor.added", "recovery_codes", "Auditor"),
        ("second-factor.removed", "totp", "Auditor"),
        ("second-factor.removed", "recovery_codes", "Auditor"),
    ]


def test_the_app_is_removed_and_the_password_suffices_again(world: World) -> None:
    client = world.client("auditor")
    set_up_app(client)
    client.post(f"{INDEX}totp/deactivate/")
    assert not Authenticator.objects.exists()
    form = {"login": "auditor@example.com", "password": PASSWORD, "next": PRIVATE}
    assert world.client().post(LOGIN, form)["Location"] == PRIVATE


def test_guessing_codes_is_soon_not_even_heard(world: World) -> None:
    secret, _codes = set_up_app(world.client("auditor"))
    cache.clear()
    client = half_in(world)
    texts = [give(client, f"{number:06}").content.decode() for number in range(7)]
    assert "Too many" in texts[-1]
    assert give(client, code_of(secret)).status_code == 200


def test_the_picture_is_ours_and_names_this_instance(world: World) -> None:
    page = confirm(world.client("auditor"), f"{INDEX}totp/activate/")
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<img" in page and "//" not in re.findall(r'<img[^>]* src="([^"]*)"', page)[0][:40]

"""Signing in and what is around it: allauth's pages in our look, its limits, and what is closed."""

import re

import pytest
from django.core import mail
from django.core.cache import cache

from tests.plugins.world import PASSWORD, World

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _no_attempts_yet(db: None) -> None:
    cache.clear()


def test_a_person_signs_in_and_comes_back_to_where_they_were(world: World) -> None:
    client = world.client()
    form = {"login": "Auditor@example.com", "password": PASSWORD, "next": "/acme/"}
    assert client.post(LOGIN, form)["Location"] == "/acme/"
    assert client.get("/acme/case-worker-access/").status_code == 200
    assert client.post("/account/logout/")["Location"] == "/"
    assert client.get("/acme/case-worker-access/").status_code == 404


def test_nobody_is_sent_to_another_site(world: World) -> None:
    form = {"login": "auditor@example.com", "password": PASSWORD, "next": "https://evil.example/"}
    assert world.client().post(LOGIN, form)["Location"] == "/"


def test_wrong_passwords_are_refused_and_soon_not_even_heard(world: World) -> None:
    client = world.client()
    wrong = {"login": "auditor@example.com", "password": "guess"}
    texts = [client.post(LOGIN, wrong).content.decode() for _ in range(6)]
    assert "not correct" in texts[0]
    assert "Too many" in texts[-1]
    # The limit is kept in the database: another process, and the right password, meet it too.
    right = wrong | {"password": PASSWORD}
    assert "Too many" in world.client().post(LOGIN, right).content.decode()


def test_many_requests_from_one_address_get_a_page_that_says_to_wait(world: World) -> None:
    client = world.client()
    for _ in range(30):
        client.get(LOGIN)
        client.post(LOGIN, {"login": "x", "password": "y"})
    response = client.post(LOGIN, {"login": "x", "password": "y"})
    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


def test_nobody_signs_up(world: World) -> None:
    client = world.client()
    assert "Accounts are made by admins" in client.get("/account/signup/").content.decode()
    form = {"email": "me@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert "Accounts are made by admins" in client.post("/account/signup/", form).content.decode()
    assert not type(world.owner).objects.filter(email="me@example.com").exists()


@pytest.mark.parametrize(
    "address", ["email/", "confirm-email/", "confirm-email/abc/", "login/code/confirm/"]
)
@pytest.mark.parametrize("who", [None, "owner"])
def test_what_is_not_offered_is_not_there(world: World, address: str, who: str | None) -> None:
    client = world.client(who)
    assert client.get(f"/account/{address}").status_code == 404
    form = {"action_add": "", "email": "other@example.com"}
    assert client.post(f"/account/{address}", form).status_code == 404


def test_a_forgotten_password_is_set_anew_by_mail(world: World) -> None:
    client = world.client()
    for email in ("auditor@example.com", "nobody@example.com"):
        response = client.post("/account/password/reset/", {"email": email}, follow=True)
        # The page does not tell who has an account.
        assert "If there is an account with that address" in response.content.decode()
    [known] = mail.outbox  # and nobody is mailed who has none
    assert known.to == ["auditor@example.com"]
    assert re.search(r"http://testserver/account/password/reset/key/\S+", str(known.body))


def test_the_link_that_sets_a_password_is_in_no_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.client().post("/account/password/reset/", {"email": "auditor@example.com"})
    [link] = re.findall(r"/account/password/reset/key/(\S+)/", str(mail.outbox[0].body))
    with caplog.at_level("DEBUG"):
        world.client().get(f"/account/password/reset/key/{link}/", follow=True)
    assert "GET /account/password/reset/key/..." in caplog.text
    assert link not in caplog.text


def test_a_person_changes_their_password(world: World) -> None:
    client = world.client("auditor")
    form = {"oldpassword": PASSWORD, "password1": "a quite new phrase", "password2": "x"}
    text = client.post("/account/password/change/", form).content.decode()
    assert 'id="id_password2_error"' in text
    form["password2"] = form["password1"]
    response = client.post("/account/password/change/", form, follow=True)
    assert "Your password is changed." in response.content.decode()


def test_who_was_switched_off_is_out_at_once(world: World) -> None:
    client = world.client("auditor")
    world.auditor.is_active = False
    world.auditor.save()
    assert client.get("/acme/case-worker-access/").status_code == 404

"""Where a person is signed in: they see it, and sign out every other browser."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.plugins.world import PASSWORD, World

PAGE = "/account/sessions/"
PRIVATE = "/acme/case-worker-access/"


@pytest.fixture(autouse=True)
def _no_attempts_yet(db: None) -> None:
    cache.clear()


def signed_in(who: str, browser: str) -> Client:
    client = Client(headers={"User-Agent": browser})
    form = {"login": f"{who}@example.com", "password": PASSWORD}
    assert client.post("/account/login/", form).status_code == 302
    return client


def test_a_person_sees_their_browsers_and_nobody_elses(world: World) -> None:
    here = signed_in("auditor", "Lynx")
    signed_in("auditor", "<b>Mosaic</b>\u202e".encode().decode("latin-1"))
    signed_in("owner", "Konqueror")
    text = here.get(PAGE).content.decode()
    assert 'Lynx</bdi> <span class="badge">This one</span>' in text
    assert "&lt;b&gt;Mosaic" in text and "<b>Mosaic" not in text
    assert "Konqueror" not in text


def test_every_other_browser_is_signed_out_and_this_one_stays(world: World) -> None:
    here, there = signed_in("auditor", "Lynx"), signed_in("auditor", "Mosaic")
    other = signed_in("owner", "Konqueror")
    said = here.post(PAGE, follow=True).content.decode()
    assert "Every other browser is signed out." in said
    assert there.get(PRIVATE).status_code == 404
    assert here.get(PRIVATE).status_code == 200
    assert other.get(PRIVATE).status_code == 200


def test_a_new_password_ends_them_too(world: World) -> None:
    here, there = signed_in("auditor", "Lynx"), signed_in("auditor", "Mosaic")
    new = "a quite new phrase"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/account/password/change/", form).status_code == 302
    assert there.get(PRIVATE).status_code == 404
    assert here.get(PRIVATE).status_code == 200
    assert "Mosaic" not in here.get(PAGE).content.decode()

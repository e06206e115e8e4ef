"""Every refusal is a page in the same look that says what to do next."""

import pytest
from django.test import Client, override_settings

from tests.plugins.world import World


def test_what_is_not_there(world: World) -> None:
    response = world.client().get("/no/such/page/at/all/")
    text = response.content.decode()
    assert response.status_code == 404
    assert response["Cache-Control"] == "no-store"
    assert 'href="/account/login/?next=%2Fno%2Fsuch%2Fpage%2Fat%2Fall%2F"' in text
    assert "css/base" in text


def test_a_host_that_is_not_ours_gets_a_page_and_no_echo(db: None) -> None:
    response = Client().get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "evil.example" not in response.content.decode()


def test_a_form_without_its_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    response = client.post("/acme/settings/members", {"act": "add", "email": "x@example.com"})
    assert response.status_code == 403
    assert "Reload it and try again." in response.content.decode()


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_form_that_is_too_large(world: World) -> None:
    response = world.client("owner").post("/acme/new", {"name": "x" * 200})
    assert response.status_code == 413
    assert "Attach long texts as files." in response.content.decode()


def test_a_forbidden_page_names_the_role_it_takes(world: World) -> None:
    response = world.client("auditor").get("/acme/new")
    assert response.status_code == 403
    assert "It takes the role admin" in response.content.decode()


@pytest.mark.parametrize("broken", [False, True])
def test_a_failure_keeps_its_cause_to_itself(
    world: World, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("trails.lookups.organization", fail)
    if broken:
        monkeypatch.setattr("trails.web.errors.render_to_string", fail)
    client = world.client()
    client.raise_request_exception = False
    response = client.get("/acme/", headers={"X-Request-ID": "request-4711"})
    text = response.content.decode()
    assert response.status_code == 500
    assert "Nothing you recorded before is lost." in text
    assert "request-4711" in text
    assert "secret cause" not in text
    assert response["Content-Security-Policy"]

"""Every refusal is a page in the same look that says what to do next."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from tests.plugins.world import World

ID = "request-4711"
NAMED = {"X-Request-ID": ID}


def assert_is_a_page_of_ours(response: Any, status: int) -> str:
    """Check what all errors have: frame, title, way on, request id. Return the text."""
    text: str = response.content.decode()
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Security-Policy"]
    [title] = re.findall(r"<h1>([^<]+)</h1>", text)
    assert f"<title>{title} · Trailkeeper</title>" in text
    assert "css/base" in text and 'class="brand"' in text
    assert 'href="/">Go to the first page</a>' in text
    assert f"<code>{ID}</code>" in text
    return text


def test_what_is_not_there(world: World) -> None:
    response = world.client().get("/no/such/page/at/all/", headers=NAMED)
    text = assert_is_a_page_of_ours(response, 404)
    assert 'href="/account/login/?next=%2Fno%2Fsuch%2Fpage%2Fat%2Fall%2F"' in text


def test_what_is_private_looks_like_what_is_not_there(world: World) -> None:
    workflow = world.begin(id="secret-4711", trail=world.private)
    client = world.client("outsider")
    hidden, missing = (
        assert_is_a_page_of_ours(client.get(f"/acme/{trail}/{id}/", headers=NAMED), 404)
        for trail, id in ((world.private.name, workflow.name), ("nothing-here", "secret-4711"))
    )

    def told(text: str) -> str:
        text = text.replace(world.private.name, "T").replace("nothing-here", "T")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)

    assert told(hidden) == told(missing)


def test_a_host_that_is_not_ours_gets_a_page_and_no_echo(db: None) -> None:
    response = Client().get("/", headers=NAMED | {"Host": "evil.example"})
    text = assert_is_a_page_of_ours(response, 400)
    assert "evil.example" not in text


def test_a_form_without_its_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    form = {"act": "add", "email": "x@example.com"}
    response = client.post("/acme/settings/members", form, headers=NAMED)
    assert "Reload it and try again." in assert_is_a_page_of_ours(response, 403)


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_form_that_is_too_large(world: World) -> None:
    response = world.client("owner").post("/acme/new", {"name": "x" * 200}, headers=NAMED)
    text = assert_is_a_page_of_ours(response, 413)
    assert "Attach long texts as files." in text


def test_a_body_that_no_page_takes(world: World) -> None:
    response = world.client("owner").post("/acme/new", {"name": "x" * (2 << 20)}, headers=NAMED)
    assert "This page takes no files." in assert_is_a_page_of_ours(response, 413)


def test_an_address_that_is_only_read(world: World) -> None:
    response = world.client().post("/acme/", {}, headers=NAMED)
    text = assert_is_a_page_of_ours(response, 405)
    assert response["Allow"] == "GET, HEAD"
    assert "This address takes GET, HEAD, and not POST." in text


def test_a_forbidden_page_names_the_role_it_takes(world: World) -> None:
    response = world.client("auditor").get("/acme/new", headers=NAMED)
    text = assert_is_a_page_of_ours(response, 403)
    assert "It takes the role admin" in text
    assert "/account/login/" not in text


def test_too_many_attempts(db: None) -> None:
    cache.clear()
    client = Client()
    form = {"login": "x", "password": "y"}
    responses = [client.post("/account/login/", form, headers=NAMED) for _ in range(40)]
    text = assert_is_a_page_of_ours(responses[-1], 429)
    assert "Wait a few minutes, then try again." in text


@pytest.mark.parametrize("refusal", ["Unauthenticated", "LengthRequired", "Conflict", "Invalid"])
def test_refusals_that_no_page_makes_today_have_a_page_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    from trails import errors

    def refuse(*args: object, **kwargs: object) -> None:
        raise getattr(errors, refusal)("What was wrong, and what to do.")

    monkeypatch.setattr("trails.lookups.organization", refuse)
    status = {"Unauthenticated": 401, "LengthRequired": 411, "Conflict": 409, "Invalid": 400}
    text = assert_is_a_page_of_ours(world.client().get("/acme/", headers=NAMED), status[refusal])
    assert "What was wrong, and what to do." in text


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
    response = client.get("/acme/", headers=NAMED)
    text = response.content.decode()
    assert response.status_code == 500
    assert "Nothing you recorded before is lost." in text
    assert ID in text
    assert "secret cause" not in text
    assert response["Content-Security-Policy"]


def test_the_page_of_a_failure_needs_no_database(
    db: None, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("trails.lookups.organization", fail)
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        response = client.get("/acme/", headers=NAMED)
    assert_is_a_page_of_ours(response, 500)

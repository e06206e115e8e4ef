"""Nothing that was typed is lost when somebody's session ended while a form was open."""

import html
import re
from typing import Any

from django.test import Client

from tests.plugins.world import PASSWORD, World
from tests.trails.web.forms import ATTEST, PRIVATE, Browser, field, file, held_in
from trails.models import Attestation, Trail

HERE = {"Origin": "http://testserver"}
CONFIGURE = "/acme/prod-server-access/configure"


def fields(page: str) -> list[tuple[str, str]]:
    """Return the hidden fields of the form that sends it again."""
    form = page[page.index('id="again"') :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return [(name, html.unescape(value)) for name, value in found]


def sign_in(client: Client) -> None:
    page = client.get("/account/login/").content.decode()
    client.post(
        "/account/login/",
        {
            "csrfmiddlewaretoken": field(page, "csrfmiddlewaretoken"),
            "login": "owner@example.com",
            "password": PASSWORD,
        },
    )


def send_again(client: Client, page: str, address: str, **multipart: Any) -> Any:
    typed: dict[str, list[str]] = {}
    for name, value in fields(page):
        typed.setdefault(name, []).append(value)
    return client.post(address, typed, headers=HERE)


def test_a_form_sent_after_signing_in_again_is_offered_with_a_new_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client)
    page = client.get(CONFIGURE).content.decode()
    old = field(page, "csrfmiddlewaretoken")
    client.cookies.clear()
    sign_in(client)
    typed = {
        "csrfmiddlewaretoken": old, "act": "save", "based_on": "1", "visibility": "public",
        "description": 'Two lines,\none "quote" & <b>',
        "step_order": ["2", "1"], "step_name": ["b", "a"], "step_needed": ["required", "optional"],
    }  # fmt: skip
    response = client.post(CONFIGURE, typed, headers=HERE)
    assert response.status_code == 403
    response = send_again(client, response.content.decode(), CONFIGURE)
    assert response.status_code == 302
    version = Trail.objects.get(name="prod-server-access").version
    assert version.description == 'Two lines,\none "quote" & <b>'
    assert [step["name"] for step in version.steps] == ["a", "b"]


def test_an_ended_session_offers_to_sign_in_elsewhere_and_send_again(world: World) -> None:
    world.begin(trail=world.private)
    browser = Browser(world, "owner", PRIVATE)
    form = browser.form(description="Typed for an hour")
    browser.client.cookies.pop("sessionid")
    response: Any = browser.client.post(PRIVATE, form, headers=HERE)
    page = response.content.decode()
    assert response.status_code == 404
    assert "Sign in in another tab" in page and 'enctype="multipart/form-data"' in page
    sign_in(browser.client)
    response = send_again(browser.client, page, PRIVATE)
    # The token of that page is older than the sign-in: it is asked for once more, and then taken.
    assert response.status_code == 403
    browser.page = response.content.decode()
    assert "Typed for an hour" in browser.page and "send it again" in browser.page
    assert browser.send(description="Typed for an hour").status_code == 302
    assert Attestation.objects.get().description == "Typed for an hour"


def test_the_form_of_an_attestation_comes_back_itself_and_its_held_files_with_it(
    world: World,
) -> None:
    world.begin()
    browser = Browser(world)
    browser.send(verdict="", files=[file("a.txt", b"a")])
    form = browser.form(description="Kept") | {"csrfmiddlewaretoken": "x" * 64}
    response = browser.client.post(ATTEST, form, headers=HERE)
    browser.page = response.content.decode()
    assert response.status_code == 403
    assert len(held_in(browser.page)) == 1 and "Kept" in browser.page
    assert browser.send(description="Kept").status_code == 302


def test_what_a_page_of_somebody_else_wrote_is_not_offered(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        response = client.post(CONFIGURE, {"description": "Forged words"}, headers=headers)
        assert response.status_code == 403
        assert "Forged words" not in response.content.decode()


def test_passwords_are_never_offered_again(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    typed = {"login": "owner@example.com", "password": PASSWORD}
    response = client.post("/account/login/", typed, headers=HERE)
    assert response.status_code == 403
    assert PASSWORD not in response.content.decode()

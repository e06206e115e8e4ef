"""Who may not attest, or comes from elsewhere, makes the server write no file at all."""

import io
from typing import Any

import pytest
from django.test import Client

from tests.plugins.world import World
from tests.trails.web.forms import ATTEST, PRIVATE, Browser, file, staged
from trails.models import Attestation, HeldFile
from trails.web.errors import PAGE_BODY_LIMIT

FILES = f"{ATTEST}/files"


@pytest.fixture(autouse=True)
def _staging_of_its_own(tmp_path: Any, settings: Any) -> None:
    settings.VAULT_STAGING = tmp_path / "staging"


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every file that the staging area is asked for."""
    from evidence.vault import staging

    made: list[str] = []
    new_file = staging._new_file

    def noted() -> tuple[str, int]:
        found = new_file()
        made.append(found[0])
        return found

    monkeypatch.setattr(staging, "_new_file", noted)
    return made


def nothing_happened(writes: list[str]) -> bool:
    return not (writes or staged() or Attestation.objects.exists() or HeldFile.objects.exists())


def test_what_is_watched_for_does_happen(world: World, writes: list[str]) -> None:
    world.begin()
    Browser(world).upload("a.txt", b"a")
    assert len(writes) == 1


@pytest.mark.parametrize("who", ["auditor", "outsider", None])
@pytest.mark.parametrize("address", [ATTEST, FILES, PRIVATE, f"{PRIVATE}/files"])
def test_nobody_without_the_right_writes(
    world: World, writes: list[str], who: str | None, address: str
) -> None:
    world.begin()
    world.begin(trail=world.private)
    typed = {"step": "user-identity", "verdict": "compliant", "files": [file("a", b"a")]}
    for body in (typed, typed | {"files": [file("a", b"x" * (PAGE_BODY_LIMIT + 1))]}):
        response = world.client(who).post(address, body)
        hidden = "case-worker" in address and who != "auditor"
        assert response.status_code == (404 if hidden else 403)
    assert nothing_happened(writes)


@pytest.mark.parametrize("token", ["", "x" * 64, None])
def test_no_file_is_written_before_the_token_is_good(
    world: World, writes: list[str], token: str | None
) -> None:
    world.begin()
    browser = Browser(world)
    form = browser.form(files=[file("a.txt", b"a")]) | {"csrfmiddlewaretoken": token}
    if token is None:
        del form["csrfmiddlewaretoken"]
    assert browser.client.post(ATTEST, form).status_code == 403
    form["csrfmiddlewaretoken"] = form.pop("csrfmiddlewaretoken", browser.token)  # too late
    assert browser.client.post(ATTEST, form).status_code == 403
    headers = {"X-CSRFToken": token or "", "Accept": "application/json"}
    response = browser.client.post(FILES, {"files": file("a", b"a")}, headers=headers)
    assert response.status_code == 403 and "detail" in response.json()
    assert nothing_happened(writes)


def test_a_page_of_somebody_else_writes_nothing_though_it_knew_the_token(
    world: World, writes: list[str]
) -> None:
    world.begin()
    browser = Browser(world)
    form = browser.form(files=[file("a.txt", b"a")], description="Forged words")
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        response = browser.client.post(ATTEST, form, headers={"Origin": origin})
        assert response.status_code == 403
        assert "Forged words" not in response.content.decode()
        assert browser.upload("a.txt", b"a", Origin=origin).status_code == 403
    assert nothing_happened(writes)


def test_under_https_a_page_without_origin_must_say_where_it_comes_from(
    world: World, writes: list[str]
) -> None:
    world.begin()
    browser = Browser(world)
    form = browser.form(files=[file("a.txt", b"a")])
    for referer in ({}, {"Referer": "https://evil.example/"}):
        response = browser.client.post(ATTEST, form, headers=referer, secure=True)
        assert response.status_code == 403
    assert nothing_happened(writes)
    good = {"Referer": f"https://testserver{ATTEST}"}
    assert browser.client.post(ATTEST, form, headers=good, secure=True).status_code == 302


def test_a_body_without_a_length_is_refused_unread(world: World, writes: list[str]) -> None:
    world.begin()
    browser = Browser(world)
    # As a server hands on a chunked body: its type is told, and its length is not.
    chunked: dict[str, Any] = {
        "content_type": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": "",
        "wsgi.input": io.BytesIO(b"--x"),
    }
    for address in (ATTEST, FILES):
        headers = {"X-CSRFToken": browser.token}
        response = browser.client.generic("POST", address, headers=headers, **chunked)
        assert response.status_code == 411
    assert nothing_happened(writes)


def test_pages_that_take_no_files_refuse_large_bodies_for_everybody(world: World) -> None:
    body = {"name": "x" * (PAGE_BODY_LIMIT + 1)}
    for client in (world.client("owner"), Client()):
        assert client.post("/acme/new", body).status_code == 413
        asks = {"Accept": "application/json"}
        assert client.post("/acme/new", body, headers=asks).status_code == 413
        assert client.post("/no/such/page", body).status_code == 413

"""Uploads of a form are held for their owner and their workflow, until they are attested."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.plugins.roles import owning
from tests.plugins.world import World
from tests.trails.web.forms import ATTEST, Browser, file, held_in, staged
from trails.models import Attestation, HeldFile


@pytest.fixture(autouse=True)
def _staging_of_its_own(tmp_path: Any, settings: Any) -> None:
    settings.VAULT_STAGING = tmp_path / "staging"


def test_files_that_came_before_the_form_are_attested_with_it_in_its_order(world: World) -> None:
    world.begin()
    browser = Browser(world)
    ids = [browser.upload(name, name.encode()).json()["id"] for name in ("a.txt", "b.txt")]
    assert browser.send(held=ids[::-1], files=[file("c.txt", b"c")]).status_code == 302
    files = Attestation.objects.get().evidence.order_by("position")
    assert [row.name for row in files] == ["b.txt", "a.txt", "c.txt"]
    assert HeldFile.objects.count() == 0 and staged() == []


def test_an_upload_tells_what_arrived_under_a_safe_name(world: World) -> None:
    world.begin()
    response = Browser(world).upload("..\\a\u202egnp.exe", b"whoami")
    told = response.json()
    assert response.status_code == 201
    assert told["size"] == 6 and "\u202e" not in told["name"] and "\\" not in told["name"]
    assert told["sha256"] == hashlib.sha256(b"whoami").hexdigest()


def test_what_was_not_attested_is_listed_when_the_form_is_opened_again(world: World) -> None:
    world.begin()
    browser = Browser(world)
    id = browser.upload("a.txt", b"a").json()["id"]
    browser.open()
    assert held_in(browser.page, checked=False) == [id]
    assert held_in(browser.page) == []
    browser.send()  # unchecked, it is no part of the attestation, and stays
    assert Attestation.objects.get().evidence.count() == 0
    browser.open()
    assert held_in(browser.page, checked=False) == [id]


def test_a_held_file_can_be_removed_with_and_without_the_script(world: World) -> None:
    world.begin()
    browser = Browser(world)
    one, two = (browser.upload(name, b"x").json()["id"] for name in ("a.txt", "b.txt"))
    headers = {"X-CSRFToken": browser.token, "Accept": "application/json"}
    browser.client.post(f"{ATTEST}/files?drop={one}", headers=headers)
    browser.send(act="", drop=two, held=[one, two], description="Kept", verdict="")
    assert held_in(browser.page) == [] and "Kept" in browser.page
    assert "errorlist" not in browser.page
    assert HeldFile.objects.count() == 0 and staged() == []


def test_nobody_else_uses_or_sees_or_removes_a_held_file(world: World) -> None:
    world.begin()
    world.begin(trail=world.private)
    id = Browser(world).upload("mine.txt", b"mine").json()["id"]
    elsewhere = "/acme/case-worker-access/run-1/attest"
    for browser in (Browser(world, "owner"), Browser(world, address=elsewhere)):
        assert id not in browser.page and "mine.txt" not in browser.page
        browser.send(held=[id])
        assert "is not here any more" in browser.page and "mine.txt" not in browser.page
        headers = {"X-CSRFToken": browser.token}
        browser.client.post(f"{browser.address}/files?drop={id}", headers=headers)
    assert HeldFile.objects.count() == 1 and len(staged()) == 1
    assert Attestation.objects.count() == 0


def test_a_file_is_held_for_a_day_and_no_longer(world: World) -> None:
    world.begin()
    browser = Browser(world)
    id = browser.upload("a.txt", b"a").json()["id"]
    with owning(connection):
        HeldFile.objects.update(made_at=timezone.now() - timedelta(hours=25))
    browser.send(held=[id], description="Kept")
    assert "1 uploaded file is not here any more" in browser.page and "Kept" in browser.page
    assert held_in(browser.page) == []
    assert browser.send().status_code == 302


def test_a_file_that_is_gone_from_the_disk_is_asked_for_again(world: World) -> None:
    world.begin()
    browser = Browser(world)
    ids = [browser.upload(name, name.encode()).json()["id"] for name in ("a.txt", "b.txt")]
    staged()[0].unlink()
    browser.send(held=ids)
    assert "1 uploaded file is not here any more" in browser.page
    assert Attestation.objects.count() == 0


def test_ids_that_are_none_are_refused_in_words(world: World) -> None:
    world.begin()
    browser = Browser(world)
    for held in (["nonsense"], [str(uuid.uuid4())], ["'; --"]):
        browser.send(held=held)
        assert "is not here any more" in browser.page
    assert Attestation.objects.count() == 0


@pytest.mark.parametrize("limit", ["LIMIT_FILES", "LIMIT_REQUEST_BYTES"])
def test_one_person_holds_no_more_than_one_report_may_bring(
    world: World, settings: Any, limit: str
) -> None:
    world.begin()
    browser = Browser(world)
    browser.upload("a.txt", b"x" * 600)
    setattr(settings, limit, 1 if limit == "LIMIT_FILES" else 1000)
    response = browser.upload("b.txt", b"x" * 600)
    assert response.status_code == 413
    assert "Attest or remove some, or wait" in response.json()["detail"]
    assert HeldFile.objects.count() == 1 and len(staged()) == 1


def test_a_second_click_records_nothing_more(world: World) -> None:
    world.begin()
    browser = Browser(world)
    form = browser.form(held=[browser.upload("a.txt", b"a").json()["id"]])
    first, second = (browser.client.post(ATTEST, form) for _ in range(2))
    assert first["Location"] == second["Location"] == "/acme/prod-server-access/run-1/#a1"
    assert Attestation.objects.count() == 1
    page = browser.client.get("/acme/prod-server-access/run-1/").content.decode()
    assert "It was recorded already: attestation 1" in page


def test_the_same_form_with_another_text_asks_before_it_is_recorded_too(world: World) -> None:
    world.begin()
    browser = Browser(world)
    form = browser.form()
    browser.client.post(ATTEST, form)
    response = browser.client.post(ATTEST, form | {"description": "More"})
    browser.page = response.content.decode()
    assert "recorded as attestation 1; what it says now differs" in browser.page
    assert Attestation.objects.count() == 1
    assert browser.send(description="More").status_code == 302
    assert Attestation.objects.count() == 2


@pytest.mark.parametrize("key", ["\x00", "k\x00", "k" * 300, "\u202e"])
def test_a_key_that_none_of_our_forms_carries_is_replaced(world: World, key: str) -> None:
    world.begin()
    browser = Browser(world)
    assert browser.send(key=key, held=[str(uuid.uuid4())]).status_code == 200
    assert "not here any more" in browser.page
    assert browser.send(held=[]).status_code == 302

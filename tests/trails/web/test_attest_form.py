"""Attesting by the form: what is typed is recorded, and refused input comes back whole."""

import json
from typing import Any

import pytest

from evidence.vault import store
from tests.plugins.world import World
from tests.trails.web.forms import ATTEST, Browser, file, held_in, staged
from trails.models import Attestation, HeldFile


@pytest.fixture(autouse=True)
def _staging_of_its_own(tmp_path: Any, settings: Any) -> None:
    settings.VAULT_STAGING = tmp_path / "staging"


def test_everything_that_is_typed_is_recorded(world: World) -> None:
    world.begin()
    response = Browser(world).send(
        step="command-logs",
        verdict="non-compliant",
        description="Two commands\nwithout a ticket",
        occurred_at="2026-11-24T10:30:05",
        user_data='{"ticket": "OPS-4711", "b": [1, 2]}',
        link_uri=["https://ci.example/1", ""],
        link_name=["The build", ""],
        link_sha256=["A" * 64, ""],
        files=[file("session.log", b"$ whoami\n"), file("who.txt", b"root\n")],
    )
    assert response["Location"] == "/acme/prod-server-access/run-1/#a1"
    made = Attestation.objects.get()
    assert (made.step, made.is_compliant, made.by_name) == ("command-logs", False, "Writer")
    assert made.description == "Two commands\nwithout a ticket"
    assert made.occurred_at and made.occurred_at.isoformat() == "2026-11-24T10:30:05+00:00"
    assert made.user_data.text == '{"b":[1,2],"ticket":"OPS-4711"}'
    assert made.external == [
        {"name": "The build", "uri": "https://ci.example/1", "digest": {"sha256": "a" * 64}}
    ]
    files = list(made.evidence.order_by("position"))
    assert [row.name for row in files] == ["session.log", "who.txt"]
    for row in files:
        store.verify(row.blob)
    assert staged() == []


def test_the_step_of_the_address_is_chosen_else_the_first_that_is_missing(world: World) -> None:
    workflow = world.begin()
    browser = Browser(world)
    assert '<option value="user-identity" selected>user-identity (Missing)' in browser.page
    world.attest(workflow)
    assert '<option value="service-identity" selected>' in browser.open()
    assert "user-identity (Compliant)" in browser.page
    assert '<option value="command-logs" selected>' in browser.open("?step=command-logs")
    page = browser.open("?step=cleaning")
    assert '<option value="/" selected>' in page and 'value="cleaning"' in page


def test_another_step_is_named_by_hand(world: World) -> None:
    world.begin()
    browser = Browser(world)
    assert "Name the step" in browser.send(step="/", other_step="").content.decode()
    browser.send(step="/", other_step="cleaning up")
    assert Attestation.objects.get().step == "cleaning up"


@pytest.mark.parametrize(
    ("typed", "place", "said"),
    [
        ({"step": ""}, "#id_step", "Choose a step"),
        ({"verdict": ""}, "#id_verdict", "Choose a verdict."),
        ({"description": "Kept\x07"}, "#id_description", "U+0007"),
        ({"occurred_at": "yesterday"}, "#id_occurred_at", "Enter a valid date/time."),
        ({"user_data": '{\n  "a": 1,\n}'}, "#id_user_data", "at line 3, column 1"),
        ({"user_data": '{"a": 1, "a": 2}'}, "#id_user_data", "twice"),
        ({"step": "/", "other_step": "a/b"}, "#id_other_step", "not a valid step name"),
        ({"link_uri": ["https://x.example/", "javascript:1"]}, "#link_row_2", "must begin with"),
        ({"link_uri": ["https://x.example/"], "link_sha256": ["12"]}, "#link_row_1", "digest"),
    ],
)
def test_a_refusal_stands_at_its_place_and_loses_nothing(
    world: World, typed: dict[str, Any], place: str, said: str
) -> None:
    world.begin()
    browser = Browser(world)
    kept = {
        "description": "Kept",
        "user_data": '{"kept": 1}',
        "link_name": ["Kept too"],
        "link_uri": ["https://x.example/"],
    }
    response = browser.send(files=[file("a.txt", b"a"), file("b.txt", b"b")], **(kept | typed))
    assert response.status_code == 200
    assert Attestation.objects.count() == 0
    assert f'href="{place}"' in browser.page and said in browser.page
    assert 'id="errors"' in browser.page and "autofocus" in browser.page
    for text in {**kept, **typed}.values():
        words = text if isinstance(text, list) else [text]
        assert all(json.dumps(word)[1:-1].split("\\")[0][:4] in browser.page for word in words)
    assert len(held_in(browser.page)) == 2
    # Mended, it is recorded with the files, which are sent but once.
    assert browser.send(**kept).status_code == 302
    files = Attestation.objects.get().evidence.order_by("position")
    assert [row.name for row in files] == ["a.txt", "b.txt"]
    assert HeldFile.objects.count() == 0 and staged() == []


def test_a_row_more_keeps_text_and_files_and_complains_of_nothing(world: World) -> None:
    world.begin()
    browser = Browser(world)
    browser.send(
        act="add-link", verdict="", description="So far", link_uri=["https://x.example/"],
        files=[file("a.txt", b"a")],
    )  # fmt: skip
    assert "So far" in browser.page and 'value="https://x.example/"' in browser.page
    assert browser.page.partition("<template")[0].count('name="link_uri"') == 0
    assert 'id="link_row_2"' in browser.page
    assert len(held_in(browser.page)) == 1
    assert "errorlist" not in browser.page and 'id="errors"' not in browser.page


def test_one_file_that_is_too_large_does_not_take_the_rest_with_it(
    world: World, settings: Any
) -> None:
    settings.LIMIT_FILE_BYTES = 10
    world.begin()
    browser = Browser(world)
    browser.send(
        description="Kept",
        files=[file("a.txt", b"a"), file("big.bin", b"x" * 11), file("b.txt", b"b")],
    )
    assert "larger than the limit of 10 bytes" in browser.page
    assert len(held_in(browser.page)) == 2 and "Kept" in browser.page
    assert Attestation.objects.count() == 0 and len(staged()) == 2


def test_only_whoever_may_attest_sees_the_form(world: World) -> None:
    world.begin()
    world.begin(trail=world.private)
    for name in ("auditor", "outsider", None):
        assert world.client(name).get(ATTEST).status_code == 403
    for name in ("outsider", None):
        path = "/acme/case-worker-access/run-1/attest"
        assert world.client(name).get(path).status_code == 404

"""Hostile evidence on its pages: nothing is rendered, nothing hangs, no name is believed."""

import re
import time

import pytest
from django.test import Client

from tests.anomalies.hostile import GALLERY, SCRIPT, Hostile
from tests.plugins.world import World

BOUND = 20.0  # seconds for one answer on a busy machine; most take hundredths
WEIGHT = 3_000_000  # bytes of one page
QUERIES = ("", "?as=text", "?as=transcript", "?as=hex", "?q=a", "?member=0", "?as=clean", "?line=2")
_OURS = re.compile(r'<script type="module" src="/static/js/[\w./-]+"></script>')
# Controls that browsers or terminals would obey, and what turns the direction of a text.
_OBEYED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def place(world: World, hostile: Hostile) -> str:
    made = world.attest(world.begin(), files={hostile.name: hostile.data})
    return f"/acme/prod-server-access/run-1/{made.pk}/evidence/{made.evidence.get().pk}/"


@pytest.mark.parametrize("hostile", GALLERY, ids=lambda hostile: hostile.name)
def test_a_hostile_file_is_shown_and_does_nothing(world: World, hostile: Hostile) -> None:
    address, client = place(world, hostile), Client()
    for query in QUERIES:
        began = time.monotonic()
        response = client.get(address + query)
        assert response.status_code in (200, 302, 404), (query, response.status_code)
        body = response.getvalue() if response.streaming else response.content
        assert time.monotonic() - began < BOUND, query
        assert "script-src 'self'" in response["Content-Security-Policy"] or (
            "sandbox" in response["Content-Security-Policy"]
        )
        if response["Content-Type"] != "text/html; charset=utf-8":
            assert response["X-Content-Type-Options"] == "nosniff"
            assert response["Content-Disposition"].startswith("attachment")
            continue
        page = body.decode()
        assert len(page) < WEIGHT, query
        assert "<script" not in _OURS.sub("", page), query
        assert not re.search(r"<[^>]+\s(on\w+|style)\s*=", page), query
        assert not _OBEYED.search(page), query
        assert "javascript:" not in re.sub(r"<code>.*?</code>", "", page, flags=re.S), query
        if query == "":
            assert hostile.says in page


@pytest.mark.parametrize("hostile", GALLERY, ids=lambda hostile: hostile.name)
def test_no_address_gives_a_hostile_file_a_type_that_browsers_run(
    world: World, hostile: Hostile
) -> None:
    address, client = place(world, hostile), Client()
    types = {"raw": {"application/octet-stream"}, "image": {"image/png", "image/gif"}}
    for path in ("raw", "image", "image?member=0", "page/1.png"):
        response = client.get(address + path)
        if response.status_code == 404:
            continue
        assert response["Content-Type"] in types.get(path.partition("?")[0], {"image/png"})
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["Content-Disposition"].startswith("attachment")


def test_hostile_names_and_data_are_shown_as_they_are(world: World) -> None:
    name = "invoice\u202efdp.<img src=x onerror=alert(1)>.txt"
    made = world.attest(
        world.begin(),
        description=SCRIPT.decode() + "\u202e",
        files={name: b"x\n"},
        user_data='{"a": "<script>1</script>\\u202e"}',
    )
    file = made.evidence.get()
    address = f"/acme/prod-server-access/run-1/{made.pk}/"
    for path in ("", f"evidence/{file.pk}/"):
        page = Client().get(address + path).content.decode()
        assert "<script" not in _OURS.sub("", page) and "<img" not in page
        assert not _OBEYED.search(page)
        assert "invoicefdp" in page

"""The addresses of the verifier: open to all, the same for all, and complete."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from django.test import Client, override_settings

from tests.plugins.world import World
from trails.web.verify import SCRIPTS

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted((ROOT / "static/js/verify").glob("*.js"))


def kept(client: Client) -> bytes:
    return client.get("/verify/offline.html").content


def test_a_stranger_may_open_the_page(world: World) -> None:
    response = world.client().get("/verify/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"
    assert "Drop a package here" in response.content.decode()


@pytest.mark.parametrize("address", ["/verify/", "/verify/offline.html"])
def test_nothing_can_be_sent_to_it(world: World, address: str) -> None:
    for client in (world.client(), world.client("owner")):
        assert client.post(address, {"a": "b"}).status_code == 405


def test_every_script_is_used_and_there(world: World) -> None:
    assert sorted(SCRIPTS) == [f"js/verify/{path.name}" for path in SOURCES]
    page = world.client().get("/verify/").content.decode()
    assert len(re.findall(r"<script defer src=", page)) == len(SCRIPTS)


def test_the_kept_page_is_a_file_and_the_same_for_everybody_everywhere(world: World) -> None:
    response = Client().get("/verify/offline.html")
    assert response["Content-Disposition"] == 'attachment; filename="trailkeeper-verify.html"'
    with override_settings(PUBLIC_URL="https://other.example", DEBUG=True):
        assert kept(world.client("owner")) == response.content == kept(world.client("outsider"))


def test_the_kept_page_allows_its_own_scripts_and_nothing_else() -> None:
    text = kept(Client()).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    policy = policy.replace("&#x27;", "'")
    inside = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    inside += re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(inside) == len(SCRIPTS) + 1
    for part in inside:
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "self" not in policy and "http" not in policy


def test_the_kept_page_names_no_other_file_and_no_host() -> None:
    text = kept(Client()).decode()
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', text)
    # The names of vocabularies and formats look like addresses.
    hosts = set(re.findall(r"https?://([a-z0-9.]+)", text))
    assert hosts <= {"www.w3.org", "in"}


def test_no_script_asks_for_anything_or_remembers_anything() -> None:
    words = r"\b(?:fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|import)\b"
    words += r"|\b(?:localStorage|sessionStorage|indexedDB|document\.cookie|innerHTML|eval)\b"
    for path in SOURCES:
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(words, code), path.name

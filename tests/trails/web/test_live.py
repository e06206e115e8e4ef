"""Live refresh: an open page asks for news, and is told only what has changed."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.plugins.world import World

TRAIL = "/acme/prod-server-access/"
RUN = TRAIL + "run-0/"
ASKED = {"HX-Request": "true"}


def question(text: str) -> str:
    """Return the address at which a page, or the last answer, asks next."""
    found = re.search(r'hx-get="([^"]+)"', text)
    assert found
    return unescape(found[1])


def test_without_news_nothing_is_answered(world: World) -> None:
    world.attest(world.begin("run-0"))
    for address in (TRAIL, RUN):
        asks = address + question(world.client().get(address).content.decode())
        answer = world.client().get(asks, headers=ASKED)
        assert (answer.status_code, answer.content) == (204, b"")


def test_a_row_that_changed_comes_alone_and_only_once(world: World) -> None:
    first, second = world.begin("run-0"), world.begin("run-1")
    client = world.client()
    asks = TRAIL + question(client.get(TRAIL + "?state=incomplete").content.decode())
    world.attest(first, is_compliant=False)
    text = client.get(asks, headers=ASKED).content.decode()
    # Also when it fits the condition no longer: what somebody reads does not go away.
    assert f'id="w{first.pk.hex}" hx-swap-oob="true"' in text
    assert second.pk.hex not in text
    assert "Non-compliant" in text and "<h1" not in text
    assert client.get(TRAIL + question(text), headers=ASKED).status_code == 204


def test_new_workflows_are_counted_and_not_put_in(world: World) -> None:
    world.begin("run-0")
    client = world.client()
    asks = TRAIL + question(client.get(TRAIL).content.decode())
    world.begin("run-1")
    world.begin("run-2")
    text = client.get(asks, headers=ASKED).content.decode()
    assert ">2 new workflows. Show<" in text
    assert "<tr" not in text
    assert client.get(TRAIL + question(text), headers=ASKED).status_code == 204


def test_an_empty_trail_tells_of_its_first_workflow(world: World) -> None:
    client = world.client()
    asks = TRAIL + question(client.get(TRAIL).content.decode())
    assert client.get(asks, headers=ASKED).status_code == 204
    world.begin("run-0")
    assert ">1 new workflow. Show<" in client.get(asks, headers=ASKED).content.decode()


def test_a_workflow_tells_of_new_attestations_and_leads_to_the_newest(world: World) -> None:
    run = world.begin("run-0")
    world.attest(run)
    client = world.client()
    asks = RUN + question(client.get(RUN).content.decode())
    world.attest(run, "command-logs")
    text = client.get(asks, headers=ASKED).content.decode()
    assert ">1 new attestation. Show<" in text
    assert f'href="{RUN}?at=2#a2"' in text
    assert client.get(RUN + question(text), headers=ASKED).status_code == 204


def test_a_stranger_learns_nothing_by_asking(world: World) -> None:
    private = world.begin("run-0", world.private)
    member = world.client("auditor")
    page = "/acme/case-worker-access/"
    asks = question(member.get(page).content.decode())
    world.attest(private)
    assert Client().get(page + asks, headers=ASKED).status_code == 404
    # Nor by asking for its rows in a trail that is theirs to see.
    answer = Client().get(TRAIL + asks, headers=ASKED)
    assert private.pk.hex not in answer.content.decode()


@pytest.mark.parametrize("seen", ["x.1", "AAAA.1", "A" * 22, "A" * 22 + ".x", "A" * 22 + ".-1"])
def test_a_wrong_question_is_refused(world: World, seen: str) -> None:
    assert Client().get(f"{TRAIL}?seen={seen}&told=0", headers=ASKED).status_code == 400


def test_too_many_rows_are_refused(world: World) -> None:
    import base64

    ids = [base64.urlsafe_b64encode(n.to_bytes(16, "big")).decode().rstrip("=") for n in range(101)]
    seen = ",".join(f"{id}.1" for id in ids)
    assert Client().get(f"{TRAIL}?seen={seen}&told=0", headers=ASKED).status_code == 400

"""The cards of public pages: of a known size, the same bytes each time, of nothing private."""

import io

import pytest
from PIL import Image

from tests.plugins.world import World
from trails.web import pictures
from trails.web.pictures import Card, Fact

CARD = Card("acme", "prod-server-access", "Shells", (Fact("3 compliant", "compliant"),), "at x")


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGB").tobytes()


@pytest.mark.parametrize(
    "path",
    [
        *("/card.png", "/acme/card.png", "/acme/prod-server-access/card.png"),
        "/acme/prod-server-access/run-1/card.png",
    ],
)
def test_a_public_page_has_a_card_that_anybody_may_show(world: World, path: str) -> None:
    world.attest(world.begin())
    response = world.client().get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert Image.open(io.BytesIO(response.content)).size == (1200, 630)
    assert len(response.content) < 60_000
    again = world.client("outsider").get(path, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("who", [None, "owner", "outsider"])
def test_nothing_private_has_a_card_for_members_neither(world: World, who: str | None) -> None:
    world.begin(trail=world.private)
    for path in ("/rival/", "/acme/case-worker-access/", "/acme/case-worker-access/run-1/"):
        assert world.client(who).get(f"{path}card.png").status_code == 404


def test_a_card_changes_with_the_state(world: World) -> None:
    workflow, client = world.begin(), world.client()
    before = client.get("/acme/prod-server-access/run-1/card.png")
    world.attest(workflow, is_compliant=False)
    headers = {"If-None-Match": before["ETag"]}
    after = client.get("/acme/prod-server-access/run-1/card.png", headers=headers)
    assert after.status_code == 200
    assert pixels(after.content) != pixels(before.content)


def test_the_same_words_give_the_same_bytes() -> None:
    drawn = pictures.card(CARD)
    pictures.card.cache_clear()
    assert pictures.card(CARD) == drawn


def test_a_state_is_told_by_its_shape_and_not_by_its_colour_alone() -> None:
    masks = {state: pictures._state(state, 44).tobytes() for state in pictures.TONES}
    assert len(set(masks.values())) == 3


@pytest.mark.parametrize("about", ["x" * 10_000, "x " * 5_000, "\u202e", "日本語", "a\u0301" * 99])
def test_no_text_makes_it_larger_or_fail(about: str) -> None:
    long = Card("o" * 300, "w" * 255, about, (Fact("9" * 300, "incomplete"),) * 3, "h" * 300)
    drawn = pictures.card(long)
    assert Image.open(io.BytesIO(drawn)).size == (1200, 630)
    assert len(drawn) < 60_000
    # Nothing is written beyond the margin.
    image = Image.open(io.BytesIO(drawn)).convert("RGB")
    edge = image.crop((1200 - 70, 20, 1200, 630))
    assert edge.getcolors() == [(70 * 610, image.getpixel((1, 300)))]


def test_a_description_in_other_letters_is_left_out_and_accents_are_dropped() -> None:
    assert pictures._written("Ünïcödé “shells”") == "Unicode 'shells'".replace("'", '"')
    assert pictures._written("shells 日本語") == ""

"""The Atom feed of a trail: valid, newest first, the same bytes again, and private where it is."""

import datetime
from xml.etree import ElementTree

from tests.plugins.world import World

ATOM = "{http://www.w3.org/2005/Atom}"
FEED = "/acme/prod-server-access/feed"


def parsed(body: bytes) -> ElementTree.Element:
    """Return a document of ours: no stranger wrote its markup."""
    return ElementTree.fromstring(body)  # noqa: S314


def entries(body: bytes) -> list[ElementTree.Element]:
    return parsed(body).findall(f"{ATOM}entry")


def text(element: ElementTree.Element, path: str) -> str:
    found = element.findtext("/".join(ATOM + part for part in path.split("/")))
    assert found is not None, path
    return found


def test_it_holds_beginnings_and_attestations_newest_first(world: World) -> None:
    workflow = world.begin(description="For OPS-1")
    made = world.attest(workflow, is_compliant=False, description="Two\nlines")
    response = world.client().get(FEED)
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    newest, begun = entries(response.content)
    assert text(newest, "title") == "run-1: user-identity, non-compliant"
    assert text(newest, "summary") == "Two lines"
    assert text(newest, "author/name") == "Writer"
    assert text(newest, "updated") == made.at.astimezone(datetime.UTC).isoformat(
        "T", "microseconds"
    )
    category, link = newest.find(f"{ATOM}category"), newest.find(f"{ATOM}link")
    assert category is not None and category.get("term") == "non-compliant"
    assert link is not None and link.get("href", "").endswith(
        f"/acme/prod-server-access/run-1/{made.pk}/"
    )
    assert text(begun, "title") == "run-1 has begun"


def test_every_part_that_the_format_demands_is_there(world: World) -> None:
    for number in range(3):
        world.attest(world.begin(f"run-{number}"))
    feed = parsed(world.client().get(FEED).content)
    every = [feed, *feed.findall(f"{ATOM}entry")]
    for element in every:
        for part in ("id", "title", "updated"):
            assert text(element, part)
        datetime.datetime.fromisoformat(text(element, "updated"))
        assert text(element, "id").startswith("tag:testserver,20")
    assert len({text(element, "id") for element in every}) == len(every) == 7
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert (links["self"] or "").endswith(FEED)
    assert text(feed, "updated") == text(every[1], "updated")


def test_it_has_the_newest_fifty(world: World) -> None:
    for number in range(51):
        world.begin(f"run-{number}")
    found = entries(world.client().get(FEED).content)
    assert len(found) == 50
    assert text(found[0], "title") == "run-50 has begun"


def test_it_is_sent_once(world: World) -> None:
    workflow = world.begin()
    first = world.client().get(FEED)
    headers = {"If-None-Match": first["ETag"]}
    assert world.client().get(FEED, headers=headers).status_code == 304
    world.attest(workflow)
    assert world.client().get(FEED, headers=headers).status_code == 200


def test_a_private_trail_has_one_for_members_that_is_kept_nowhere(world: World) -> None:
    world.begin("case-1", trail=world.private)
    address = "/acme/case-worker-access/feed"
    assert world.client().get(address).status_code == 404
    assert world.client("outsider").get(address).status_code == 404
    response = world.client("auditor").get(address)
    assert "case-1 has begun" in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


def test_what_strangers_wrote_stays_text(world: World) -> None:
    hostile = "<script>alert(1)</script> ]]> & \u202egpj.exe"
    world.attest(world.begin(), step="user-identity", description=hostile)
    body = world.client().get(FEED).content
    assert b"<script" not in body
    [newest, _begun] = entries(body)
    assert text(newest, "summary") == ("<script>alert(1)</script> ]]> & ⟨U+202E⟩gpj.exe")
    summary = newest.find(f"{ATOM}summary")
    assert summary is not None and summary.get("type") == "text"

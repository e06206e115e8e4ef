"""Who finds what: the words of a private trail are nobody's but its members'."""

import pytest

from tests.plugins.world import World
from tests.trails.search.finding import found
from trails.actions.organizations import remove_member
from trails.actions.trails import configure_trail
from trails.search import find
from trails.search.find import hits
from trails.search.words import mark_of, parse


@pytest.fixture
def zebras(world: World) -> World:
    """The same word in a public and in a private trail, and in one of another organization."""
    world.attest(world.begin("open"), description="zebra")
    world.attest(world.begin("closed", world.private), description="zebra")
    return world


@pytest.mark.parametrize("who", ["owner", "writer", "auditor"])
def test_members_find_what_is_in_their_organization(who: str, zebras: World) -> None:
    assert found(zebras, who, "zebra") == ["closed/1", "open/1"]


@pytest.mark.parametrize("who", [None, "outsider"])
def test_others_find_what_is_public(who: str | None, zebras: World) -> None:
    assert found(zebras, who, "zebra") == ["open/1"]
    assert found(zebras, who, "zebra", organization=zebras.acme) == ["open/1"]
    assert found(zebras, who, "zebra", trail=zebras.public) == ["open/1"]
    assert found(zebras, who, "zebra", trail=zebras.private) == []
    assert found(zebras, who, "closed") == []


def test_a_search_keeps_to_its_organization_and_its_trail(zebras: World) -> None:
    assert found(zebras, "writer", "zebra", organization=zebras.acme) == ["closed/1", "open/1"]
    assert found(zebras, "writer", "zebra", organization=zebras.rival) == []
    assert found(zebras, "writer", "zebra", trail=zebras.private) == ["closed/1"]


@pytest.mark.parametrize("who", [None, "outsider"])
def test_a_trail_that_becomes_private_is_found_no_more(who: str | None, zebras: World) -> None:
    configure_trail(
        actor=zebras.actor("owner"),
        organization=zebras.acme,
        name=zebras.public.name,
        visibility="private",
    )
    assert found(zebras, who, "zebra") == []


def test_who_leaves_finds_what_is_public(zebras: World) -> None:
    remove_member(organization=zebras.acme, user=zebras.writer, actor=zebras.actor("owner"))
    assert found(zebras, "writer", "zebra") == ["open/1"]


def test_a_mistake_in_the_scope_shows_nothing_either(
    zebras: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = [mark_of("org", zebras.acme.pk)]
    monkeypatch.setattr(find, "_scope", lambda *asked: scope)
    assert found(zebras, None, "zebra") == ["open/1"]


def test_where_nothing_is_public_a_stranger_asks_the_index_nothing(
    zebras: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "_matching", lambda *asked, **more: pytest.fail("asked"))
    assert not hits(zebras.actor("outsider"), parse("zebra"), trail=zebras.private, limit=5).rows

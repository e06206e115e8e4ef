"""The beginning of a word finds every word that begins so, however many there are."""

import pytest
from django.db import connection

from tests.plugins.world import World
from tests.trails.search.finding import found
from trails.search import engines
from trails.search.words import parse


@pytest.fixture
def _three_are_spelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SPELLED", 3)
    spelled = engines._SQLITE_SPELLED.replace("number <= 50", "number <= 3")
    assert spelled != engines._SQLITE_SPELLED
    monkeypatch.setattr(engines, "_SQLITE_SPELLED", spelled)


@pytest.mark.usefixtures("_three_are_spelled")
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_a_beginning_finds_few_words_and_many(world: World, count: int) -> None:
    names = [f"deploy{number}" for number in range(count)]
    for name in names:
        world.begin(name)
    world.begin("deplo")
    world.begin("deplz")
    assert found(world, "writer", "deploy") == names[::-1]


def test_the_word_itself_and_longer_ones_are_found_newest_first(world: World) -> None:
    for number, word in enumerate(["log", "logs", "lögs", "lo", "logω", "log"]):
        world.begin(f"run-{number}", description=word)
    assert found(world, "writer", "log") == ["run-5", "run-4", "run-1", "run-0"]
    assert found(world, "writer", "log ") == ["run-5", "run-0"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads beginnings itself")
def test_few_words_are_looked_for_one_by_one(world: World) -> None:
    for name in ("production", "producer", "prodigy"):
        world.begin(name)
    asked = engines.expression(connection, parse("produc"), [":in:x"])
    assert asked == '(":in:x") AND ("producer" OR "production")'
    assert engines.expression(connection, parse("prodz"), [":in:x"]) == '(":in:x") AND "prodz" *'

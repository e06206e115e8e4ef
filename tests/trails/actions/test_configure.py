"""A trail's configuration only grows: every change is the next version, with its record."""

import pytest

from evidence.ledger import statement
from evidence.models import Record
from tests.plugins.world import World
from trails.actions.trails import Configured, configure_trail
from trails.errors import Conflict, Invalid
from trails.models import TrailVersion


def configure(world: World, name: str = "drill", **fields: object) -> Configured:
    return configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name=name,
        **fields,  # type: ignore[arg-type]
    )


def test_a_new_trail_is_private_and_demands_nothing(world: World) -> None:
    made = configure(world)
    version = made.trail.version
    assert (made.created, made.changed) == (True, True)
    assert (version.number, version.visibility, version.steps) == (1, "private", [])


def test_what_is_not_said_stays_as_it_is(world: World) -> None:
    configure(world, description="d", visibility="public", steps=["one"])
    made = configure(world, steps=["one", "two"])
    version = made.trail.version
    assert (made.created, made.changed, version.number) == (False, True, 2)
    assert (version.description, version.visibility) == ("d", "public")
    assert version.step_names == ["one", "two"]
    assert [v.step_names for v in made.trail.versions.order_by("number")] == [
        ["one"],
        ["one", "two"],
    ]


def test_the_same_again_writes_nothing(world: World) -> None:
    configure(world, description="e\u0301", steps=["one"])
    records = Record.objects.count()
    made = configure(world, description="é", steps=[{"name": "one", "required": True}])
    assert (made.created, made.changed) == (False, False)
    assert Record.objects.count() == records
    assert configure(world, steps=[{"name": "one", "required": False}]).changed


def test_each_version_points_at_the_first_and_the_first_at_the_organization(world: World) -> None:
    trail = configure(world).trail
    configure(world, description="d")
    first, second = TrailVersion.objects.filter(trail=trail).order_by("number")
    opening = statement.parse(bytes(first.record.body))["subject"][0]
    assert opening == {"name": "acme", "digest": {"sha256": world.acme.opening.sha256}}
    later = statement.parse(bytes(second.record.body))
    assert later["subject"][0]["name"] == "acme/drill"
    assert later["subject"][0]["digest"]["sha256"] == first.record.sha256
    assert later["predicate"]["version"] == 2


def test_a_change_based_on_an_old_version_is_a_conflict(world: World) -> None:
    configure(world, based_on=0)
    with pytest.raises(Conflict, match="already"):
        configure(world, based_on=0, description="d")
    configure(world, based_on=1, description="d")
    with pytest.raises(Conflict, match="at version 2 by now"):
        configure(world, based_on=1, description="e")


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Flows"},
        {"name": "settings"},
        {"name": "a/b"},
        {"visibility": "secret"},
        {"steps": ["workflow"]},
        {"steps": ["a", "A"]},
        {"description": "\x00"},
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_and_writes_nothing(
    fields: dict[str, object], world: World
) -> None:
    before = TrailVersion.objects.count()
    with pytest.raises(Invalid):
        configure(world, **fields)  # type: ignore[arg-type]
    assert TrailVersion.objects.count() == before


def test_a_configuration_too_long_for_a_record_is_refused_in_words(world: World) -> None:
    with pytest.raises(Invalid, match="at most 65535 can be recorded"):
        configure(
            world, description="😀" * 10_000, steps=["😀" * 95 + f"{n:05}" for n in range(200)]
        )
    assert not world.acme.trails.filter(name="drill").exists()

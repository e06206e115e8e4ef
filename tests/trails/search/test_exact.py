"""An id or the beginning of a digest leads to what it names, where one may see that."""

import hashlib

import pytest

from tests.plugins.world import World
from trails.actors import STRANGER
from trails.search.exact import Match, matches

SHA256 = hashlib.sha256(b"whoami").hexdigest()


def test_a_workflow_is_found_by_its_whole_id(world: World) -> None:
    here, there = world.begin("arn:aws:ecs@1"), world.begin("arn:aws:ecs@1", world.private)
    world.begin("arn:aws:ecs@10")
    assert matches(world.actor("writer"), " arn:aws:ecs@1 ") == [Match(there), Match(here)]
    assert matches(STRANGER, "arn:aws:ecs@1") == [Match(here)]


def test_an_attestation_is_found_by_its_own_id(world: World) -> None:
    workflow = world.begin("run", world.private)
    made = world.attest(workflow)
    for text in (str(made.pk), made.pk.hex, str(made.pk).upper()):
        assert matches(world.actor("writer"), text) == [Match(workflow, made)]
    assert matches(world.actor("outsider"), str(made.pk)) == []


@pytest.mark.parametrize("text", [SHA256, SHA256[:8], SHA256.upper(), f"sha256:{SHA256}"])
def test_evidence_is_found_by_the_beginning_of_its_digest(world: World, text: str) -> None:
    seen, hidden = world.begin("run"), world.begin("run", world.private)
    for workflow in (seen, hidden):
        world.attest(workflow, files={"id.txt": b"whoami", "other.txt": b"other"})
    found = matches(world.actor("writer"), text)
    assert [(m.workflow, m.evidence.name) for m in found if m.evidence] == [
        (hidden, "id.txt"),
        (seen, "id.txt"),
    ]
    assert [match.workflow for match in matches(STRANGER, text)] == [seen]


@pytest.mark.parametrize(
    "text", ["", SHA256[:7], SHA256 + "0", "f" * 64, "g" * 8, "\x00", "%", "x" * 5000, "run/1"]
)
def test_what_names_nothing_gives_nothing(world: World, text: str) -> None:
    world.attest(world.begin("run"), files={"id.txt": b"whoami"})
    assert matches(world.actor("writer"), text) == []


def test_there_are_at_most_so_many(world: World) -> None:
    workflow = world.begin("run")
    for _ in range(4):
        world.attest(workflow, files={"id.txt": b"whoami"})
    found = matches(world.actor("writer"), SHA256, limit=3)
    assert [match.attestation.number for match in found if match.attestation] == [4, 3, 2]

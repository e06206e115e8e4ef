"""Evidence goes after its retention, by an explicit act that leaves a tombstone, and not before."""

from datetime import timedelta
from typing import Any

import pytest

from evidence.ledger import statement
from tests.past import days_ago
from tests.plugins.world import World
from trails.actions import disposals
from trails.actions.disposals import dispose_of_evidence
from trails.actions.holds import place_hold, release_hold
from trails.actions.trails import configure_trail
from trails.errors import Conflict, Invalid
from trails.models import Disposal, Evidence, Workflow


def retention(world: World, days: int | None) -> None:
    """Configure for how long the public trail keeps evidence."""
    owner = world.actor("owner")
    configure_trail(
        actor=owner, organization=world.acme, name=world.public.name, retention_days=days
    )


def dispose(world: World, workflow: Workflow, up_to: int = 1, **more: Any) -> Disposal:
    """Dispose of evidence as the owner."""
    given: dict[str, Any] = (
        {"actor": world.actor("owner"), "workflow": workflow, "up_to": up_to}
        | {"reason": "Retention has ended.", "confirm": workflow.name}
        | more
    )
    return dispose_of_evidence(**given)


@pytest.fixture
def old(world: World) -> Workflow:
    """A workflow whose two attestations are 40 days old, and a third that is of today."""
    with days_ago(40):
        workflow = world.begin()
        world.attest(workflow, files={"a.log": b"one", "b.log": b"two", "c.log": b"one"})
        world.attest(workflow, "service-identity", files={"d.log": b"four"})
    world.attest(workflow, "command-logs", files={"e.log": b"today"})
    return workflow


def test_it_leaves_who_when_why_and_every_digest_once(world: World, old: Workflow) -> None:
    retention(world, 30)
    disposal = dispose(world, old, 2)
    assert (disposal.up_to, disposal.files, disposal.bytes) == (2, 4, 13)
    assert (disposal.by_name, disposal.reason) == ("Owner", "Retention has ended.")
    [part] = disposal.parts.all()
    said = statement.parse(bytes(part.record.body))
    assert said["subject"] == [
        {"name": old.subject, "digest": {"sha256": old.record.sha256}},
    ]
    assert said["predicateType"] == statement.ACTIVITY
    files = Evidence.objects.filter(attestation__number__lte=2)
    assert said["predicate"]["verb"] == "evidence-disposed"
    assert said["predicate"]["details"] == {
        "reason": "Retention has ended.",
        "up_to": 2,
        "part": 1,
        "parts": 1,
        "digests": sorted(set(files.values_list("blob_id", flat=True))),
    }
    assert len(said["predicate"]["details"]["digests"]) == 3
    assert set(Evidence.objects.disposed()) == set(files)
    assert [file.name for file in Evidence.objects.kept()] == ["e.log"]


def test_many_digests_are_spread_over_several_records(
    world: World, old: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disposals, "DIGESTS_AT_MOST", 2)
    retention(world, 30)
    disposal = dispose(world, old, 2)
    parts = [
        statement.parse(bytes(part.record.body))["predicate"]["details"]
        for part in disposal.parts.order_by("number")
    ]
    assert [(part["part"], part["parts"], len(part["digests"])) for part in parts] == [
        (1, 2, 2),
        (2, 2, 1),
    ]
    assert disposal.record == disposal.parts.get(number=2).record


def test_the_longest_record_fits(world: World) -> None:
    """A record that cannot be written would make evidence impossible to dispose of."""
    worst = "\N{GRINNING FACE}" * 2000
    with days_ago(40):
        workflow = world.begin("w" * 255)
        world.attest(workflow, files={f"{n}.log": b"%d" % n for n in range(501)})
    retention(world, 30)
    assert dispose(world, workflow, reason=worst).parts.count() == 2


def test_nothing_goes_before_its_end(world: World, old: Workflow) -> None:
    retention(world, 41)
    with pytest.raises(Conflict, match=r"attestation 1 is kept until 20\d\d-.* UTC"):
        dispose(world, old)
    retention(world, 30)
    with pytest.raises(Conflict, match="attestation 1 is kept until"):  # extended, never shortened
        dispose(world, old)
    assert not Disposal.objects.exists()


def test_what_is_newer_stays(world: World, old: Workflow) -> None:
    retention(world, 30)
    with pytest.raises(Conflict, match="attestation 3 is kept until"):
        dispose(world, old, 3)
    dispose(world, old, 1)
    dispose(world, old, 2)
    assert [stone.files for stone in old.disposals.order_by("up_to")] == [3, 1]
    with pytest.raises(Conflict, match="Nothing is left to dispose of up to attestation 2"):
        dispose(world, old, 2)


def test_without_a_retention_nothing_ever_goes(world: World, old: Workflow) -> None:
    with pytest.raises(Conflict, match=r"for ever.*set a retention"):
        dispose(world, old)
    retention(world, 30)
    retention(world, None)
    with pytest.raises(Conflict, match="for ever"):
        dispose(world, old)


@pytest.mark.parametrize("whole", [True, False])
def test_a_hold_keeps_what_has_reached_its_end(world: World, old: Workflow, whole: bool) -> None:
    retention(world, 30)
    owner = world.actor("owner")
    hold = place_hold(
        actor=owner, trail=world.public, workflow=None if whole else old, reason="Case 4711."
    )
    scope = f"trail '{world.public.name}'" if whole else "workflow 'run-1'"
    with pytest.raises(Conflict, match=f"{scope} is under a legal hold by Owner.*Case 4711"):
        dispose(world, old)
    name = world.public.name if whole else old.name
    release_hold(actor=owner, hold=hold, reason="Closed.", confirm=name)
    dispose(world, old)


@pytest.mark.parametrize(
    ("given", "field"), [({"confirm": "run-2"}, "confirm"), ({"reason": " "}, "reason")]
)
def test_it_takes_a_reason_and_the_name_typed(
    world: World, old: Workflow, given: dict[str, Any], field: str
) -> None:
    retention(world, 30)
    with pytest.raises(Invalid) as refused:
        dispose(world, old, **given)
    assert refused.value.field == field
    assert not Disposal.objects.exists()


def test_an_attestation_that_is_not_there_is_not_disposed_of(world: World, old: Workflow) -> None:
    with days_ago(40):
        workflow = world.begin("run-2")
        world.attest(workflow, files={"a.log": b"one"})
    retention(world, 30)
    with pytest.raises(Conflict, match="no attestation 2 yet"):
        dispose(world, workflow, 2)
    with pytest.raises(Conflict, match="Nothing is left"):
        dispose(world, workflow, 0)


def test_the_end_is_counted_from_the_attestation(world: World, old: Workflow) -> None:
    retention(world, 40)
    dispose(world, old, 2)
    first = old.attestations.get(number=1)
    assert first.at + timedelta(days=40) <= old.disposals.get().at

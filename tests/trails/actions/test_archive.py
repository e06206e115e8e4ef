"""An archived trail keeps what it has and takes nothing new, until it is restored."""

import datetime
from typing import Any

import pytest

from evidence.vault import store
from tests.plugins.world import World
from trails import lookups
from trails.actions import attestations
from trails.actions.archive import archive_trail, restore_trail
from trails.actions.attestations import Report, attest
from trails.actions.trails import configure_trail
from trails.actions.workflows import begin_workflow
from trails.errors import Conflict, Invalid
from trails.models import Activity, Attestation, Trail, Workflow

WINDOW = datetime.timedelta(minutes=10)


def archive(world: World) -> None:
    archive_trail(trail=world.public, actor=world.actor("owner"), confirm=world.public.name)


def report(world: World, **more: Any) -> Any:
    """Attest as a request of its own does: what is attested is looked up anew."""
    actor = world.actor("writer")
    workflow = lookups.workflow_to_attest(actor, "acme", world.public.name, "run")
    return attest(
        actor=actor, workflow=workflow, report=Report("user-identity", True), **more
    ).attestation


def test_nothing_is_begun_or_attested_in_it(world: World) -> None:
    world.begin("run")
    archive(world)
    with pytest.raises(Conflict, match=r"archived since 20\d\d-.* UTC.*admin.*restore") as refused:
        report(world)
    with pytest.raises(Conflict) as also:
        begin_workflow(actor=world.actor("writer"), trail=world.public, id="other")
    assert refused.value.message == also.value.message
    assert Workflow.objects.count() == 1
    assert not Attestation.objects.exists()


def test_it_stays_readable_and_its_trail_says_who_archived_it(world: World) -> None:
    world.begin("run")
    archive(world)
    trail = lookups.trail(world.actor("auditor"), "acme", world.public.name)
    assert (trail.is_archived, trail.archived_by) == (True, "Owner")
    assert lookups.workflow(world.actor("auditor"), "acme", trail.name, "run").name == "run"
    assert trail not in Trail.objects.in_use()
    assert world.private in Trail.objects.in_use()


def test_what_is_restored_takes_reports_again(world: World) -> None:
    world.begin("run")
    archive(world)
    owner = world.actor("owner")
    restore_trail(trail=world.public, actor=owner, confirm=world.public.name)
    assert report(world).number == 1
    trail = Trail.objects.get(pk=world.public.pk)
    assert (trail.archived_at, trail.archived_by) == (None, "")
    verbs = Activity.objects.filter(verb__startswith="trail.").order_by("pk")
    assert [a.verb for a in verbs] == ["trail.archived", "trail.restored"]


def test_the_activity_is_recorded_under_the_trail(world: World) -> None:
    archive(world)
    activity = Activity.objects.get(verb="trail.archived")
    assert activity.subject == f"acme/{world.public.name}"
    assert activity.details == {"id": str(world.public.pk), "trail": world.public.name}


@pytest.mark.parametrize("confirm", ["", "Prod-Server-Access", "prod-server-access ", "acme"])
def test_its_name_must_be_typed(world: World, confirm: str) -> None:
    for act in (archive_trail, restore_trail):
        with pytest.raises(Invalid, match="Type the name of the trail") as refused:
            act(trail=world.public, actor=world.actor("owner"), confirm=confirm)
        assert refused.value.field == "confirm"


def test_archiving_twice_is_archiving_once(world: World) -> None:
    archive(world)
    first = world.public.archived_at
    archive(world)
    assert Trail.objects.get(pk=world.public.pk).archived_at == first
    assert Activity.objects.filter(verb="trail.archived").count() == 1


def test_a_retry_of_what_was_recorded_before_is_still_answered(world: World) -> None:
    world.begin("run")
    made = report(world, idempotency_key="once")
    archive(world)
    assert report(world, idempotency_key="once") == made
    assert report(world, retry_window=WINDOW) == made
    with pytest.raises(Conflict, match="archived"):
        report(world, idempotency_key="another")
    begun = begin_workflow(actor=world.actor("writer"), trail=world.public, id="run")
    assert not begun.created


def test_a_report_that_takes_long_to_arrive_finds_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow, actor = world.begin("run"), world.actor("writer")
    staged = store.stage([b"x"])
    archive(world)
    monkeypatch.setattr(attestations, "RIGHTS_LAST", -1.0)
    with pytest.raises(Conflict, match="archived"):
        attest(
            actor=actor,
            workflow=workflow,
            report=Report("user-identity", True),
            uploads=[attestations.Upload("x", staged)],
        )
    staged.discard()
    assert not Attestation.objects.exists()


def test_its_configuration_can_still_be_changed(world: World) -> None:
    """A public trail must be able to become private, archived or not."""
    archive(world)
    changed = configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name=world.public.name,
        visibility="private",
    )
    assert changed.trail.is_archived and not changed.trail.is_public


def test_asking_costs_a_report_no_query(world: World, django_assert_num_queries: Any) -> None:
    world.begin("run")
    actor = world.actor("writer")
    found = lookups.workflow_to_attest(actor, "acme", world.public.name, "run")
    with django_assert_num_queries(0):
        assert not found.trail.is_archived

"""A workflow is begun once under its id, against the version that is in force."""

import pytest

from evidence.ledger import statement
from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.actions.workflows import begin_workflow
from trails.errors import Conflict, Invalid
from trails.models import Workflow, WorkflowStatus


def test_beginning_again_gives_the_same_workflow(world: World) -> None:
    first = begin_workflow(
        actor=world.actor("writer"), trail=world.public, id="run", description="d"
    )
    for description in ("d", None):
        again = begin_workflow(
            actor=world.actor("owner"), trail=world.public, id="run", description=description
        )
        assert (again.workflow, again.created) == (first.workflow, False)
    assert first.created
    assert Workflow.objects.count() == WorkflowStatus.objects.count() == 1


def test_beginning_again_otherwise_is_a_conflict(world: World) -> None:
    world.begin("run", description="one")
    with pytest.raises(Conflict, match="another description"):
        begin_workflow(actor=world.actor("writer"), trail=world.public, id="run", description="two")
    assert Workflow.objects.get().description == "one"


def test_ids_are_told_apart_by_case_and_by_trail(world: World) -> None:
    ids = {world.begin("run").pk, world.begin("Run").pk, world.begin("run", world.private).pk}
    assert len(ids) == 3


def test_the_record_says_which_version_was_in_force(world: World) -> None:
    configure_trail(
        actor=world.actor("owner"), organization=world.acme, name=world.public.name, steps=["only"]
    )
    # The trail in the caller's hands still points at the version before.
    workflow = world.begin("run")
    assert workflow.version.number == 2
    said = statement.parse(bytes(workflow.record.body))
    assert said["subject"][0]["digest"]["sha256"] == workflow.version.record.sha256
    assert said["predicate"]["trail_version"] == 2
    assert workflow.status.reasons == ["`only` has not been attested."]


def test_a_later_version_changes_nothing_for_a_workflow_under_way(world: World) -> None:
    workflow = world.begin()
    configure_trail(
        actor=world.actor("owner"), organization=world.acme, name=world.public.name, steps=[]
    )
    world.attest(workflow)
    workflow.status.refresh_from_db()
    assert workflow.status.state == "incomplete"


@pytest.mark.parametrize("id", ["feed", "", "a/b", "x" * 256, "a\x00"])
def test_an_id_that_hides_a_page_or_breaks_a_path_is_refused(id: str, world: World) -> None:
    with pytest.raises(Invalid) as refused:
        begin_workflow(actor=world.actor("writer"), trail=world.public, id=id)
    assert refused.value.field == "id"

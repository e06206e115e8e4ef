"""Twenty at a time: nobody's attestation is lost, doubled or numbered like another's."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from evidence.models import Blob, Record
from evidence.vault import store
from tests.anomalies.crowds import all_well, at_once
from tests.plugins.world import STEPS, World
from trails import lookups
from trails.actions.attestations import Made, Report, Upload, attest
from trails.actions.organizations import create_organization, remove_member, set_role
from trails.actions.trails import configure_trail
from trails.actions.workflows import begin_workflow
from trails.actors import SYSTEM
from trails.errors import Conflict, Forbidden
from trails.models import (
    Attestation,
    Evidence,
    Membership,
    Organization,
    TrailVersion,
    Workflow,
    WorkflowStatus,
)
from trails.state import Attested, judge

CROWD = 20


def report(world: World, data: bytes = b"same", **fields: Any) -> Made:
    """Attest as a request of its own does: everything is looked up anew."""
    actor = world.actor("writer")
    workflow = lookups.workflow(actor, "acme", world.public.name, "run-1")
    key = fields.pop("key", None)
    said: dict[str, Any] = {"step": "user-identity", "is_compliant": True} | fields
    staged = store.stage([data])
    try:
        return attest(
            actor=actor,
            workflow=workflow,
            report=Report(**said),
            uploads=[Upload("a.log", staged), Upload("b.log", staged)],
            idempotency_key=key,
        )
    finally:
        staged.discard()


def test_twenty_writers_on_one_workflow(shared_world: World) -> None:
    workflow = shared_world.begin()
    verdicts = (True, False, None)
    made = all_well(
        at_once(
            CROWD,
            lambda n: report(
                shared_world, b"file %d" % n, step=STEPS[n % 3], is_compliant=verdicts[n % 3]
            ),
        )
    )
    rows = Attestation.objects.order_by("number")
    assert [row.number for row in rows] == list(range(1, CROWD + 1))
    assert {row.pk for row in rows} == {each.attestation.pk for each in made}
    assert Record.objects.filter(predicate_type="urn:trailkeeper:attestation:1").count() == CROWD
    assert Evidence.objects.count() == 2 * CROWD
    for blob in Blob.objects.all():
        store.verify(blob)
    status = WorkflowStatus.objects.get()
    verdict = judge(
        workflow.version.template, [Attested(r.step, r.number, r.is_compliant) for r in rows]
    )
    assert (status.attestations, status.state) == (CROWD, verdict.state)
    assert status.reasons == list(verdict.reasons)


def test_the_same_report_under_one_key_twenty_times(shared_world: World) -> None:
    shared_world.begin()
    made = all_well(at_once(CROWD, lambda n: report(shared_world, key="deploy-7")))
    assert len({each.attestation.pk for each in made}) == 1
    assert sum(each.created for each in made) == 1
    assert Attestation.objects.count() == 1
    assert WorkflowStatus.objects.get().attestations == 1


def test_different_reports_under_one_key(shared_world: World) -> None:
    shared_world.begin()
    results = at_once(CROWD, lambda n: report(shared_world, description=str(n), key="deploy-7"))
    assert sum(isinstance(result, Made) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == CROWD - 1
    assert Attestation.objects.count() == 1


def test_the_same_bytes_in_many_workflows(shared_world: World) -> None:
    """Each transaction holds another workflow's lock, and all name the same bytes."""
    for number in range(CROWD):
        shared_world.begin(f"run-{number}")

    def act(number: int) -> Attestation:
        workflow = lookups.workflow(
            shared_world.actor("writer"), "acme", shared_world.public.name, f"run-{number}"
        )
        order = range(8) if number % 2 else range(7, -1, -1)
        return shared_world.attest(workflow, files={f"{n}.log": b"same %d" % n for n in order})

    all_well(at_once(CROWD, act))
    assert Blob.objects.count() == 8
    assert Evidence.objects.count() == 8 * CROWD
    for blob in Blob.objects.all():
        store.verify(blob)


def test_one_id_begun_by_twenty(shared_world: World) -> None:
    begun = all_well(
        at_once(
            CROWD,
            lambda n: begin_workflow(
                actor=shared_world.actor("writer"), trail=shared_world.public, id="run-1"
            ),
        )
    )
    assert sum(each.created for each in begun) == 1
    assert {each.workflow.pk for each in begun} == {Workflow.objects.get().pk}
    assert WorkflowStatus.objects.count() == 1


def test_versions_count_up_without_gaps_while_workflows_begin(shared_world: World) -> None:
    """Whoever begins a workflow in between gets one version or the next, whole."""

    def act(number: int) -> Any:
        if number % 2:
            id = f"run-{number}"
            actor = shared_world.actor("writer")
            return begin_workflow(actor=actor, trail=shared_world.public, id=id).workflow
        return configure_trail(
            actor=shared_world.actor("owner"),
            organization=shared_world.acme,
            name=shared_world.public.name,
            steps=[f"step-{number}"],
        )

    all_well(at_once(CROWD, act))
    versions = TrailVersion.objects.filter(trail=shared_world.public).order_by("number")
    assert [version.number for version in versions] == list(range(1, CROWD // 2 + 2))
    shared_world.public.refresh_from_db()
    assert shared_world.public.version == versions.last()
    for workflow in Workflow.objects.select_related("version", "status"):
        assert workflow.status.reasons[0] == (
            f"`{workflow.version.step_names[0]}` has not been attested."
        )


def test_twenty_new_trails_of_one_name(shared_world: World) -> None:
    made = all_well(
        at_once(
            CROWD,
            lambda n: configure_trail(
                actor=shared_world.actor("owner"), organization=shared_world.acme, name="drill"
            ),
        )
    )
    assert sum(each.created for each in made) == 1
    assert len({each.trail.pk for each in made}) == 1


def test_two_organizations_of_one_name(shared_world: World) -> None:
    results = at_once(8, lambda n: create_organization(name="third"))
    assert sum(isinstance(result, Organization) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 7


def test_two_admins_who_remove_each_other(shared_world: World) -> None:
    acme = shared_world.acme
    set_role(organization=acme, user=shared_world.writer, role="admin", actor=SYSTEM)
    pair = [shared_world.owner, shared_world.writer]
    actors = [shared_world.actor("owner"), shared_world.actor("writer")]
    results = at_once(
        2, lambda n: remove_member(organization=acme, user=pair[1 - n], actor=actors[n])
    )
    # Who comes second is the last admin, or no admin any more.
    assert sum(isinstance(result, Conflict | Forbidden) for result in results) == 1
    assert results.count(None) == 1
    assert Membership.objects.filter(organization=acme, role="admin").count() == 1


def test_who_begins_while_a_version_is_being_written_waits_and_gets_it(
    shared_world: World,
) -> None:
    """PostgreSQL joins a row it has waited for with what it had read of other tables before."""
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            configure_trail(
                actor=shared_world.actor("owner"),
                organization=shared_world.acme,
                name=shared_world.public.name,
                steps=["only"],
            )
            waiting = other.submit(begin_and_hang_up, shared_world)
            time.sleep(0.5)
            assert not waiting.done()
        workflow = waiting.result(30)
    assert (workflow.version.number, workflow.version.step_names) == (2, ["only"])


def begin_and_hang_up(world: World) -> Workflow:
    try:
        actor = world.actor("writer")
        return begin_workflow(actor=actor, trail=world.public, id="run-1").workflow
    finally:
        connection.close()

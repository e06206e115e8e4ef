"""Acts on workflows."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from evidence.ledger import statement
from evidence.writing import insert, together
from trails.actions import counting, indexing, inputs, records
from trails.actions.archive import require_in_use
from trails.actors import Actor
from trails.errors import Conflict
from trails.models import Trail, Workflow, WorkflowStatus
from trails.permissions import Act, require
from trails.state import judge


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin_workflow` did: `created` tells a new workflow from one that was there."""

    workflow: Workflow
    created: bool


@transaction.atomic
def begin_workflow(*, actor: Actor, trail: Trail, id: str, description: str | None = None) -> Begun:
    """Begin a run of the trail's process under an id, or return the one begun under that id.

    A workflow is written once: beginning it again with another description is a `Conflict`.
    """
    require(actor, Act.BEGIN_WORKFLOW, trail.organization)
    name = inputs.workflow_id(id)
    wanted = inputs.text(description or "", "description")
    # The lock makes two beginnings of the same id one after the other, and holds the version.
    # The version is read after it, by a query of its own: PostgreSQL joins a row that it had to
    # wait for with what it had read of other tables before.
    Trail.objects.select_for_update(no_key=True).get(pk=trail.pk)
    now_in_force = Trail.objects.select_related("current__record").get(pk=trail.pk)
    version = now_in_force.version
    existing = Workflow.objects.select_related("status").filter(trail=trail, name=name).first()
    if existing is not None:
        if description is not None and existing.description != wanted:
            raise Conflict(
                f"Workflow '{name}' was begun with another description, and what is recorded does "
                "not change. Begin a workflow with another id, or attest what is new.",
                field="description",
            )
        return Begun(existing, created=False)
    require_in_use(now_in_force)
    now = timezone.now()
    verdict = judge(version.template, [])
    with together():
        record = records.write(
            trail.organization.log,
            subject=trail.subject,
            subject_sha256=version.record.sha256,
            predicate_type=statement.WORKFLOW,
            predicate={"id": name, "description": wanted, "trail_version": version.number},
            actor=actor,
            at=now,
        )
        workflow = Workflow(
            trail=trail,
            version=version,
            name=name,
            description=wanted,
            at=now,
            record=record,
            **actor.by_columns,
        )
        workflow.save()
        status = WorkflowStatus(
            workflow=workflow,
            trail=trail,
            state=verdict.state,
            reasons=list(verdict.reasons),
            missing=verdict.missing,
            last_at=now,
        )
        insert([status])
        insert(counting.changes(trail.pk, None, verdict.state))
        insert([indexing.of_workflow(workflow)])
    counting.fold_now_and_then(trail.pk, workflow.pk)
    return Begun(workflow, created=True)

"""Fetch and authorise in one call: what the actor may not see does not exist (404)."""

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from evidence.prepared import Prepared
from trails.actors import Actor
from trails.errors import NotFound
from trails.keeping import refuse_disposed
from trails.models import Attestation, Evidence, Organization, Trail, TrailPackage, Workflow
from trails.trail_packages import is_outdated


@dataclass(frozen=True)
class _Member:
    """As much of an actor as `visible_to` asks for."""

    organization_ids: list[uuid.UUID]


def _can_exist(*names: str) -> bool:
    """Tell whether rows may have these names: PostgreSQL refuses even to look for a NUL."""
    return not any("\x00" in name for name in names)


def organization(actor: Actor, name: str) -> Organization:
    """Return an organization that the actor may see."""
    found = (
        Organization.objects.visible_to(actor).select_related("opening", "log").filter(name=name)
    )
    row = found.first() if _can_exist(name) else None
    if row is None:
        raise NotFound(f"There is no organization '{name}' here that you may see.")
    return row


def trail(actor: Actor, organization: str, name: str) -> Trail:
    """Return a trail that the actor may see, with its organization and version in force."""
    found = (
        Trail.objects.visible_to(actor)
        .select_related("organization__log", "organization__opening", "current")
        .filter(organization__name=organization, name=name)
    )
    row = found.first() if _can_exist(organization, name) else None
    if row is None:
        raise NotFound(f"There is no trail '{name}' in '{organization}' that you may see.")
    return row


def workflow(actor: Actor, organization: str, trail: str, id: str) -> Workflow:
    """Return a workflow that the actor may see, with its trail, version, record and status."""
    return _one(_WORKFLOW, actor, organization, trail, id)


def workflow_to_attest(actor: Actor, organization: str, trail: str, id: str) -> Workflow:
    """Return a workflow that the actor may see, with no more of it than `attest` reads.

    Most calls of all are reports; of the columns that `workflow` fetches they need one in five.
    """
    return _one(_WORKFLOW_TO_ATTEST, actor, organization, trail, id)


def _named(organizations: list[uuid.UUID], *names: str) -> QuerySet[Workflow]:
    organization, trail, id = names
    # There is one at most. Not first(): it would sort, and planning that over the eight tables of
    # this query, which every call begins with, took twice as long as all the rest of it.
    found: QuerySet[Workflow] = Workflow.objects.visible_to(_Member(organizations)).filter(
        trail__organization__name=organization, trail__name=trail, name=id
    )
    return found


_WORKFLOW = Prepared(
    lambda *values: _named(*values).select_related(
        "trail__organization__log", "trail__current", "version", "record", "status"
    )
)
_WORKFLOW_TO_ATTEST = Prepared(
    lambda *values: (
        _named(*values)
        .select_related("trail__organization__log", "version", "record")
        .only(
            *("name", "trail__name", "trail__archived_at", "trail__organization__name"),
            *("trail__organization__log__origin", "version__steps", "record__sha256"),
        )
    )
)


def _one(
    workflows: Prepared[Workflow], actor: Actor, organization: str, trail: str, id: str
) -> Workflow:
    names = (organization, trail, id)
    found = workflows.rows(actor.organization_ids, *names) if _can_exist(*names) else []
    if not found:
        raise NotFound(f"There is no workflow '{id}' in '{organization}/{trail}' that you may see.")
    return found[0]


def attestation(workflow: Workflow, id: uuid.UUID) -> Attestation:
    """Return an attestation of a workflow that the actor was let see."""
    found: Attestation | None = (
        workflow.attestations.select_related("record", "user_data")
        # One join: the key of a blob in an IN of thousands is too much for SQLite.
        .prefetch_related(
            Prefetch("evidence", Evidence.objects.select_related("blob").order_by("position"))
        )
        .filter(pk=id)
        .first()
    )
    if found is None:
        raise NotFound(f"There is no attestation {id} in workflow '{workflow.name}'.")
    found.workflow = workflow
    return found


def evidence(workflow: Workflow, attestation: uuid.UUID, id: uuid.UUID) -> Evidence:
    """Return a file of a workflow's attestation, with its blob; `Disposed` if it is no more."""
    found: Evidence | None = (
        Evidence.objects.select_related("blob", "attestation")
        .filter(pk=id, attestation_id=attestation, attestation__workflow=workflow)
        .first()
    )
    if found is None:
        raise NotFound(f"There is no evidence {id} in attestation {attestation}.")
    refuse_disposed(workflow.tombstone_of(found.attestation.number), found.blob)
    return found


def trail_package(trail: Trail, id: uuid.UUID) -> TrailPackage:
    """Return a package of a trail that the actor was let see."""
    found = TrailPackage.objects.current().filter(trail=trail, pk=id)
    row = found.select_related("trail__organization", "trail__current", "checkpoint").first()
    if row is None:
        raise NotFound(
            f"There is no package {id} of '{trail.name}'. It may have ended: prepare it again, and "
            "while nothing is added to its range it has the same bytes."
        )
    return row


def trail_package_to_download(
    actor: Actor, organization: str, name: str, id: uuid.UUID
) -> TrailPackage:
    """Return a package that is ready and whole, of a trail that the actor may see."""
    row = trail_package(trail(actor, organization, name), id)
    if not row.is_ready:
        raise NotFound(f"Package {id} is not ready: it is {row.state}. Ask again later.")
    if is_outdated(row):
        raise NotFound(
            f"Evidence in package {id} has been disposed of since it was prepared. Prepare it "
            "again: the new one says what is missing."
        )
    return row

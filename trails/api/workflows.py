"""Workflows: beginning them, and reading them with their state and its reasons."""

import datetime
import uuid

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Left
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from trails import lookups
from trails.actions.workflows import begin_workflow
from trails.api import answers, bodies, paging, schemas
from trails.api.auth import actor_of, anybody, with_key
from trails.api.openapi import refusals, taking
from trails.models import Trail, Workflow, WorkflowStatus
from trails.permissions import Act, require

router = Router(tags=["Workflows"])
PATH = "/organizations/{organization}/trails/{trail}/workflows"

# How far the clock in a workflow's id may be from the time of its beginning: seconds at most, and
# a day costs nothing.
_SLACK = datetime.timedelta(days=1)


@router.get(
    PATH,
    auth=anybody,
    response={200: schemas.Workflows, **refusals(400, 404)},
    operation_id="list_workflows",
    summary="List the workflows of a trail",
)
def list_workflows(
    request: HttpRequest, organization: str, trail: str, query: Query[schemas.WorkflowQuery]
) -> schemas.Workflows:
    """The workflows of a trail, newest first; those that begin meanwhile do not shift the parts."""
    paging.refuse_unknown(request, query)
    found = lookups.trail(actor_of(request), organization, trail)
    of = f"workflows:{found.pk}"
    ids = matching(found, query)
    if (after := paging.position(query, of)) is not None:
        ids = ids.filter(workflow__lt=after)
    part = paging.part(request, ids[: query.limit + 1], query.limit, of, str)
    rows = (
        WorkflowStatus.objects.filter(workflow__in=part.rows)
        .select_related("workflow__version", "workflow__record__leaf")
        .defer("workflow__record__body")
        .order_by("-workflow_id")
    )
    for row in rows:
        row.workflow.trail = found
    return schemas.Workflows(
        workflows=[answers.workflow(row.workflow, row) for row in rows], next=part.next
    )


def matching(trail: Trail, query: schemas.Conditions) -> QuerySet[WorkflowStatus, uuid.UUID]:
    """Return the ids of the workflows of a trail that a query asks for, newest first.

    Walks the index by trail, or by trail and state, and joins nothing: PostgreSQL would merge the
    walk with one over the workflows of all trails, from the newest on. Ids are UUIDv7, which hold
    the time, so moments bound the walk.
    """
    rows = WorkflowStatus.objects.filter(trail=trail).order_by("-workflow_id")
    if query.state is not None:
        rows = rows.filter(state=query.state)
    if query.id_prefix:
        # Not LIKE, which ignores case on SQLite.
        begins = Left(_of_workflow("name"), len(query.id_prefix))
        rows = rows.alias(begins=begins).filter(begins=query.id_prefix)
    if query.begun_after is not None:
        rows = rows.filter(workflow__gte=first_id_at(query.begun_after, -_SLACK))
        rows = rows.alias(at=_of_workflow("at")).filter(at__gte=query.begun_after)
    if query.begun_before is not None:
        rows = rows.filter(workflow__lt=first_id_at(query.begun_before, _SLACK))
        rows = rows.alias(at=_of_workflow("at")).filter(at__lt=query.begun_before)
    return rows.values_list("pk", flat=True)


def _of_workflow(column: str) -> Subquery:
    return Subquery(Workflow.objects.filter(pk=OuterRef("workflow_id")).values(column)[:1])


def first_id_at(moment: datetime.datetime, shift: datetime.timedelta) -> uuid.UUID:
    """Return the smallest UUIDv7 (RFC 9562 §5.7) of a moment, moved by so much."""
    milliseconds = int(moment.timestamp() * 1000) + int(shift.total_seconds() * 1000)
    bounded = min(max(milliseconds, 0), (1 << 48) - 1)
    return uuid.UUID(int=bounded << 80 | 7 << 76 | 2 << 62)


@router.put(
    PATH + "/{workflow}",
    auth=with_key,
    response={
        200: schemas.Workflow,
        201: schemas.Workflow,
        **refusals(400, 403, 404, 409, 411, 413, 415),
    },
    operation_id="begin_workflow",
    summary="Begin a workflow",
    openapi_extra=taking(schemas.WorkflowIn, required=False),
)
def put_workflow(
    request: HttpRequest, response: HttpResponse, organization: str, trail: str, workflow: str
) -> Status[schemas.Workflow]:
    """Begins a run of the trail's process under an id of your choice (201).

    Beginning it again is a retry (200), unless it says another description (409). Takes the role
    writer or admin.
    """
    actor = actor_of(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.BEGIN_WORKFLOW, found.organization)
    body = bodies.read(request, schemas.WorkflowIn)
    begun = begin_workflow(
        actor=actor, trail=found, id=workflow, **body.model_dump(exclude_unset=True)
    )
    row = lookups.workflow(actor, organization, trail, begun.workflow.name)
    answer = answers.workflow(row, row.status)
    if begun.created:
        response["Location"] = answer.url
    return Status(201 if begun.created else 200, answer)


@router.get(
    PATH + "/{workflow}",
    auth=anybody,
    response={200: schemas.Workflow, **refusals(404)},
    operation_id="get_workflow",
    summary="Get a workflow",
)
def get_workflow(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> schemas.Workflow:
    """The workflow with its state, the reasons in sentences, and the state of each step."""
    row = lookups.workflow(actor_of(request), organization, trail, workflow)
    return answers.workflow(row, row.status)

"""Attestations: reporting an event with its files, and reading what has been reported."""

import uuid

from django.db.models import Count, Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from ninja import Header, Query, Router, Status

from trails import lookups
from trails.actions.attestations import Made, attest
from trails.api import answers, paging, reports, schemas
from trails.api.auth import actor_of, anybody, with_key
from trails.api.openapi import refusals
from trails.api.workflows import PATH as WORKFLOWS
from trails.models import Attestation, Evidence, Workflow
from trails.permissions import Act, require

router = Router(tags=["Attestations"])
PATH = WORKFLOWS + "/{workflow}/attestations"

# Files that one part of a list shows at most, unless its first attestation alone has more: parts
# keep a size that fits in memory however many files people attach.
FILES_OF_A_PART = 2000


@router.get(
    PATH,
    auth=anybody,
    response={200: schemas.Attestations, **refusals(400, 404)},
    operation_id="list_attestations",
    summary="List the attestations of a workflow",
)
def list_attestations(
    request: HttpRequest,
    organization: str,
    trail: str,
    workflow: str,
    query: Query[schemas.PageQuery],
) -> schemas.Attestations:
    """All attestations by number, superseded ones too.

    A part may hold fewer than `limit` where they have very many files; `next` is null only at the
    end.
    """
    paging.refuse_unknown(request, query)
    found = lookups.workflow(actor_of(request), organization, trail, workflow)
    of = f"attestations:{found.pk}"
    rows = (
        Attestation.objects.filter(workflow=found)
        .select_related("record__leaf", "user_data", "evidence_list")
        .defer("record__body", "user_data__text")
        .order_by("number")
    )
    if (after := paging.position(query, of)) is not None:
        rows = rows.filter(number__gt=after)
    fetched = list(rows[: query.limit + 1])
    limit = min(query.limit, _that_fit(fetched))
    part = paging.part(request, fetched, limit, of, lambda row: int(row.number))
    evidence = Evidence.objects.select_related("blob").order_by("position")
    prefetch_related_objects(part.rows, Prefetch("evidence", evidence))
    for row in part.rows:
        row.workflow = found
    return schemas.Attestations(
        attestations=[answers.attestation(row, found.status) for row in part.rows], next=part.next
    )


def _that_fit(rows: list[Attestation]) -> int:
    """Return how many of the attestations have no more files together than a part shows."""
    counts = dict(
        Evidence.objects.filter(attestation__in=[row.pk for row in rows])
        .values_list("attestation")
        .annotate(Count("pk"))
    )
    files = 0
    for index, row in enumerate(rows):
        files += counts.get(row.pk, 0)
        if index and files > FILES_OF_A_PART:
            return index
    return len(rows)


@router.post(
    PATH,
    auth=with_key,
    response={
        200: schemas.AttestationReceived,
        201: schemas.AttestationReceived,
        **refusals(400, 403, 404, 409, 411, 413, 415),
    },
    operation_id="attest",
    summary="Attest an event",
    openapi_extra=reports.described(reports.PART, "AttestationIn"),
)
def post_attestation(
    request: HttpRequest,
    response: HttpResponse,
    organization: str,
    trail: str,
    workflow: str,
    idempotency_key: str | None = Header(
        None,
        alias="Idempotency-Key",
        description="A text of your choice, at most 255 characters. The same key again returns "
        "what it recorded (200); with another content it is refused (409).",
        examples=["build-4711-command-logs"],
    ),
) -> Status[schemas.AttestationReceived]:
    """Records one event of the workflow with any number of files, all or nothing.

    When this answers 201, bytes and record are on disk. Without an answer, send the same again with
    the same Idempotency-Key. Takes the role writer or admin.
    """
    actor = actor_of(request)
    found = lookups.workflow_to_attest(actor, organization, trail, workflow)
    require(actor, Act.ATTEST, found.trail.organization)
    with reports.received(request, actor, found.trail.organization) as (report, uploads):
        made = attest(
            actor=actor,
            workflow=found,
            report=report,
            uploads=uploads,
            idempotency_key=idempotency_key,
        )
        if not made.created:
            made = _with_its_rows(found, made)
        answer = answers.received(made, uploads)
    if made.created:
        response["Location"] = answer.url
    return Status(201 if made.created else 200, answer)


def _with_its_rows(workflow: Workflow, made: Made) -> Made:
    """Return what a retry found, with the rows that were written when it was made."""
    row = lookups.attestation(workflow, made.attestation.pk)
    data = getattr(row, "user_data", None)
    return Made(row, False, made.status, answers.in_order(row), data)


@router.get(
    PATH + "/{uuid:attestation}",
    auth=anybody,
    response={200: schemas.AttestationWithData, **refusals(404)},
    operation_id="get_attestation",
    summary="Get an attestation",
)
def get_attestation(
    request: HttpRequest, organization: str, trail: str, workflow: str, attestation: uuid.UUID
) -> schemas.AttestationWithData:
    """The attestation with its evidence and its free data."""
    found = lookups.workflow(actor_of(request), organization, trail, workflow)
    return answers.attestation_with_data(lookups.attestation(found, attestation), found.status)

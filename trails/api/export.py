"""All attestations of a trail as lines, for programs that keep or count them elsewhere.

Streamed workflow by workflow, a few at a time and each time by queries of their own: millions hold
neither memory nor a transaction. What is attested meanwhile may or may not be in it.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from django.db.models import Prefetch
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from ninja import Query

from trails import lookups
from trails.actions.downloads import Download, note_export
from trails.api import answers, paging, schemas
from trails.api.auth import actor_of, anybody
from trails.api.bulk import PATH, router
from trails.api.openapi import refusals
from trails.api.workflows import matching
from trails.models import Attestation, Evidence, Trail, UserData, Workflow
from trails.tables import line

TYPES = {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8; header=present"}
COLUMNS = (
    *("workflow", "number", "step", "is_compliant", "superseded", "description", "occurred_at"),
    *("at", "by", "files", "external", "record_sha256", "log_index", "id", "url"),
)
_AT_ONCE = 50  # workflows, or attestations
_DATA_AT_ONCE = 4 << 20  # bytes of free data, of which one attestation may have 10 MiB


@router.get(
    PATH,
    auth=anybody,
    response=refusals(400, 404),
    operation_id="export_attestations",
    summary="Export the attestations of a trail",
    openapi_extra={
        "responses": {
            200: {
                "description": "One line for each attestation.",
                "content": {
                    "application/jsonl": {"schema": {"type": "string"}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            }
        }
    },
)
def export_attestations(
    request: HttpRequest, organization: str, trail: str, query: Query[schemas.ExportQuery]
) -> HttpResponseBase:
    """Every attestation with its free data and the id of its `workflow`, oldest workflows first.

    As JSON Lines each is what `get_attestation` answers; as CSV, a cell that a spreadsheet would
    take for a formula begins with an apostrophe. The conditions are those of `list_workflows`.
    """
    paging.refuse_unknown(request, query)
    actor = actor_of(request)
    found = lookups.trail(actor, organization, trail)
    name = f"{found.organization.name}-{found.name}-attestations.{query.format}"
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment"}
    if request.method == "HEAD":  # not made for it, so its length is not known
        return StreamingHttpResponse((), content_type=TYPES[query.format], headers=headers)
    asked = query.model_dump(mode="json", exclude_none=True)
    note_export(actor=actor, trail=found, what=Download.ATTESTATIONS, details=asked)
    lines = _csv(found, query) if query.format == "csv" else _json(found, query)
    return StreamingHttpResponse(lines, content_type=TYPES[query.format], headers=headers)


def _json(trail: Trail, query: schemas.ExportQuery) -> Iterator[str]:
    for workflow, row in _with_data(_rows(trail, query)):
        told = answers.attestation_with_data(row, workflow.status)
        yield schemas.Exported(workflow=workflow.name, **dict(told)).model_dump_json() + "\n"


def _csv(trail: Trail, query: schemas.ExportQuery) -> Iterator[str]:
    yield line(COLUMNS)
    for workflow, row in _rows(trail, query):
        told = answers.attestation(row, workflow.status)
        values = (
            *(workflow.name, told.number, told.step, told.is_compliant, told.superseded),
            *(told.description, told.occurred_at, told.at.isoformat(), told.by.name),
            *(" ".join(file.name for file in told.evidence),),
            *(" ".join(link.uri for link in told.external), told.record.sha256),
            *(told.record.index, told.id, told.url),
        )
        yield line("" if value is None else value for value in values)


def _rows(trail: Trail, query: schemas.ExportQuery) -> Iterator[tuple[Workflow, Attestation]]:
    ids = matching(trail, query).order_by("workflow_id")
    after = None
    while part := list((ids.filter(workflow__gt=after) if after else ids)[:_AT_ONCE]):
        after = part[-1]
        workflows = {
            row.pk: row
            for row in Workflow.objects.select_related("status")
            .prefetch_related("disposals")
            .in_bulk(part)
            .values()
        }
        files = Evidence.objects.select_related("blob").order_by("position")
        rows = (
            Attestation.objects.filter(workflow__in=part)
            .select_related("record__leaf", "user_data", "evidence_list")
            .defer("record__body", "user_data__text")
            .prefetch_related(Prefetch("evidence", files))
            .order_by("workflow", "number")
        )
        for pk, group in groupby(rows.iterator(_AT_ONCE), key=attrgetter("workflow_id")):
            workflow = workflows[pk]
            workflow.trail = trail
            for row in group:
                row.workflow = workflow
                yield workflow, row


def _with_data(
    rows: Iterable[tuple[Workflow, Attestation]],
) -> Iterator[tuple[Workflow, Attestation]]:
    """Yield the rows with the texts of their free data, which are fetched for a few at a time."""
    waiting: list[tuple[Workflow, Attestation]] = []
    size = 0
    for workflow, row in rows:
        data = getattr(row, "user_data", None)
        waiting.append((workflow, row))
        size += data.size if data else 0
        if size >= _DATA_AT_ONCE or len(waiting) == _AT_ONCE:
            yield from _filled(waiting)
            waiting, size = [], 0
    yield from _filled(waiting)


def _filled(
    rows: list[tuple[Workflow, Attestation]],
) -> Iterator[tuple[Workflow, Attestation]]:
    found = UserData.objects.filter(attestation__in=[row.pk for _, row in rows])
    texts = dict(found.values_list("attestation_id", "text"))
    for workflow, row in rows:
        if row.pk in texts:
            row.user_data.text = texts.pop(row.pk)
        yield workflow, row

"""A4, A5, A6: begin, get and list workflows."""

from django.http import HttpResponse

from trails.actions.workflows import begin_workflow
from trails.errors import Conflict
from trails.kosli import payloads, shapes
from trails.kosli.answers import answer
from trails.kosli.calls import Call
from trails.models import Workflow, WorkflowStatus
from trails.permissions import Act

PER_PAGE = 15
PER_PAGE_LIMIT = 1000
# A page further out than this is empty without asking: databases count rows in 64 bits.
_LAST_ROW = 2**62


def begin(call: Call, trail: str, id: str) -> HttpResponse:
    """Begin a workflow; begun before, answer 200 and leave it as it is (A.6).

    The CLI repeats calls, and scripts repeat commands, so a second beginning is no error, not
    even with another description: the one that is recorded stays, and the answer says so.
    """
    call.require_beta()
    call.require(Act.BEGIN_WORKFLOW)
    row = call.trail(trail)
    body = payloads.json_body(call.request)
    description = None
    if body is not None:
        body = payloads.record(body, required=frozenset(), optional=frozenset({"description"}))
        if "description" in body:
            description = payloads.text(body["description"], "description")
    message = {}
    try:
        begun = begin_workflow(actor=call.actor, trail=row, id=id, description=description)
    except Conflict as conflict:
        message = {"message": conflict.message}
        begun = begin_workflow(actor=call.actor, trail=row, id=id)
    found = call.workflow(row, begun.workflow.name)
    return answer(shapes.workflow(found) | message, 201 if begun.created else 200)


def show(call: Call, trail: str, id: str) -> HttpResponse:
    """Answer one workflow with its evidence (A.7)."""
    call.require_beta()
    return answer(shapes.workflow_with_evidence(call.workflow(call.trail(trail), id)))


def list_page(call: Call, trail: str) -> HttpResponse:
    """Answer a page of workflows, newest first, in a bare array (A.8)."""
    call.require_beta()
    row = call.trail(trail)
    number = payloads.whole_number(call.request, "page", 1)
    size = payloads.whole_number(call.request, "per_page", PER_PAGE, limit=PER_PAGE_LIMIT)
    start = (number - 1) * size
    if start > _LAST_ROW:
        return answer([])
    # Of the pages before this one only the index is read.
    newest = WorkflowStatus.objects.filter(trail=row).order_by("-workflow_id")
    ids = list(newest.values_list("workflow_id", flat=True)[start : start + size])
    found = Workflow.objects.select_related("trail__organization", "version", "status").in_bulk(ids)
    return answer([shapes.workflow(found[id]) for id in ids])

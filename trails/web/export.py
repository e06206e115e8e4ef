"""All workflows of a trail as a table that leaves the site, under the conditions of its page.

Streamed by keys, a few hundred rows at a time and each time by a query of its own: a list of a
million holds neither memory nor a transaction. What begins or changes meanwhile may or may not be
in it; each row is right at the moment it is read.
"""

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trails import lookups
from trails.actions.downloads import note_export
from trails.authentication import actor_of_session
from trails.errors import Invalid
from trails.models import Trail, WorkflowStatus
from trails.tables import line
from trails.web.filters import Filter
from trails.web.matrix import Row, matrix, with_workflows
from trails.web.paging import batches
from trails.web.responses import cache_control

CSV = "text/csv; charset=utf-8; header=present"
_BATCH = 500
_BEFORE = ("workflow", "state", "reasons", "begun at", "begun by", "attestations", "last at")
_AFTER = ("other steps", "address")


@login_not_required
@require_safe
def workflows(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Send the workflows that the query asks for, newest first. Never a part without saying so."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    wanted = Filter.of(request.GET)
    statuses, is_cut = wanted.found(found)
    if is_cut:
        raise Invalid(
            _(
                "More events match these words than are looked at, so the table would lack "
                "workflows. Add a word, or take the words away and export everything."
            ),
            field="q",
        )
    headers = {"Cache-Control": cache_control(request, public=found.is_public)}
    name = f"{found.organization.name}-{found.name}-workflows.csv"
    headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    headers["X-Content-Type-Options"] = "nosniff"
    if request.method == "HEAD":  # not made for it, so its length is not known
        return StreamingHttpResponse((), content_type=CSV, headers=headers)
    note_export(actor=actor, trail=found, details={"filter": wanted.query_string()})
    return StreamingHttpResponse(_lines(found, statuses), content_type=CSV, headers=headers)


def _lines(trail: Trail, statuses: QuerySet[WorkflowStatus]) -> Iterator[str]:
    steps = trail.version.step_names
    # A step may be called like a column of ours.
    yield line([*_BEFORE, *(f"step {name}" for name in steps), *_AFTER])
    for batch in batches(with_workflows(statuses), _BATCH):
        for row in matrix(steps, batch):
            yield line(_values(trail, row))


def _values(trail: Trail, row: Row) -> list[object]:
    status, workflow = row.status, row.status.workflow
    address = reverse("workflow", args=[trail.organization.name, trail.name, workflow.name])
    return [
        *(workflow.name, status.state, " ".join(status.reasons), workflow.at.isoformat()),
        *(workflow.by_name, status.attestations, status.last_at.isoformat()),
        *(cell.state for cell in row.cells),
        *(" ".join(f"{cell.step}: {cell.state}" for cell in row.others),),
        settings.PUBLIC_URL + address,
    ]

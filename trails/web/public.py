"""What every stranger gets alike: the page about reliance, the first page's facts, and whole files.

Not for what depends on who asks. Whoever calls `given` has decided that the world may have it.
"""

import hashlib
import uuid
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from trails.actors import STRANGER
from trails.http.compression import compress
from trails.models import Organization, Trail
from trails.search.find import Hit
from trails.web.overview import latest
from trails.web.paging import Page
from trails.web.responses import page
from trails.web.vault import write_once
from trails.words import WorkflowState

WORKFLOWS_SHOWN = 6
_EVENTS_LOOKED_AT = 40
# Public trails, the newest of which the first page looks at for what happened.
_TRAILS_LOOKED_AT = 200


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponseBase:
    """Say what is recorded here, what it proves, what it does not, and how to check it."""
    return page(request, "public/about.html", write_once(), public=True)


def first_page(organizations: Page[Organization], *, is_first: bool) -> dict[str, Any]:
    """Return the first page's facts for strangers: public organizations, and what happened last.

    Each workflow is shown once, by its newest event. The example is the newest compliant one of
    them, or the newest.
    """
    newest_of: dict[uuid.UUID, Hit] = {}
    if is_first and organizations.rows:
        newest = Trail.objects.public().in_use().order_by("-pk")[:_TRAILS_LOOKED_AT]
        ids = list(newest.values_list("pk", flat=True))
        for event in latest(STRANGER, Trail.objects.filter(pk__in=ids), _EVENTS_LOOKED_AT):
            newest_of.setdefault(event.workflow.pk, event)
    events = list(newest_of.values())[:WORKFLOWS_SHOWN]
    shown = [event.workflow for event in events]
    return {
        "organizations": organizations,
        "events": events,
        "example": next((w for w in shown if w.status.state == WorkflowState.COMPLIANT), None)
        or next(iter(shown), None),
    }


def given(
    request: HttpRequest, body: bytes, content_type: str, *, etag: str = "", fresh: int = 0
) -> HttpResponseBase:
    """Return bytes that are the same for everybody: 304 to whoever has them already.

    Kept for `fresh` seconds, and without it asked for again each time, as it may become private.
    """
    tag = etag or hashlib.sha256(body).hexdigest()
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": f"public, max-age={fresh}" if fresh else "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Length": str(len(body)),
    }
    response = HttpResponse(body, content_type=content_type, headers=headers)
    patch_vary_headers(response, ["Accept-Encoding"])
    unchanged = get_conditional_response(request, etag=headers["ETag"], response=response)
    if unchanged is not None and unchanged is not response:
        return unchanged
    is_packed = content_type.startswith("image/")
    return response if is_packed else compress(request, response, secret=False)

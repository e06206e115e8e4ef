"""Files of an attestation on their way, one by one, for its form's script (static/js/attest.js).

Answers in JSON, its refusals too: the script shows them beside the file.

Threat. As with the form itself: rights and token are looked up before a byte of the body is read.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from trails import held, lookups
from trails.authentication import actor_of_session
from trails.errors import Forbidden, Invalid
from trails.http.uploads import receive, require_length
from trails.permissions import Act, require
from trails.web.drafts import FILES
from trails.web.paging import uuid_in
from trails.web.tokens import is_from_our_form, takes_files


@login_not_required
@takes_files
@require_POST
def attest_files(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """Hold one file for the form of an attestation; `?drop=` forgets a held one."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    require(actor, Act.ATTEST, found.trail.organization)
    if not is_from_our_form(request):
        raise Forbidden(_("The page was open while you signed in again. Try again."))
    dropped = uuid_in(request.GET, "drop")
    if dropped is not None:
        held.drop(actor=actor, workflow=found, id=dropped)
        return JsonResponse({"dropped": dropped})
    held.require_room(actor, require_length(request))
    with receive(request, file_fields=frozenset({FILES})) as sent:
        if len(sent.uploads) != 1:
            raise Invalid(_("Send one file at a time."), field=FILES)
        file = held.hold(actor=actor, workflow=found, upload=sent.uploads[0])
        sent.uploads.clear()
    told = {"id": file.pk, "name": file.name, "size": file.size, "sha256": file.sha256}
    return JsonResponse(told, status=201)

"""A file of evidence: the page that shows it, its exact bytes, and the pictures on the page.

Threat. Evidence is hostile. The page shows text that was escaped and pictures that are served from
addresses of their own, under a verified type, into a sandbox. HTML and SVG are shown as text, a PDF
as pictures that another process has drawn. Who looks or downloads leaves an activity.
"""

import uuid
from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evidence.vault import store
from trails import lookups
from trails.actions.downloads import Download, note_evidence
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import NotFound
from trails.http import ranges
from trails.http.middleware import SANDBOX_POLICY
from trails.models import Evidence, Workflow
from trails.preview import images, pdf
from trails.preview.images import NotAnImage
from trails.preview.kinds import IMAGES, Kind
from trails.preview.pdf import NotDrawn
from trails.preview.vaulted import opened
from trails.web import preview
from trails.web.preview_asked import Asked, asked, inside
from trails.web.preview_cleaned import cleaned
from trails.web.responses import cache_control, page


@login_not_required
@require_safe
def evidence(
    request: HttpRequest,
    organization: str,
    trail: str,
    workflow: str,
    attestation: uuid.UUID,
    evidence: uuid.UUID,
) -> HttpResponseBase:
    """Show what a file holds; the query says which view and which part of it."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    file = lookups.evidence(found, attestation, evidence)
    wish = asked(request.GET)
    if wish.view == "clean":
        return _clean(request, actor, found, file, wish)
    with opened(file.name, file.blob) as source:
        looked = inside(source, wish)
        if place := preview.place_of_line(looked, wish):
            return HttpResponseRedirect(place)
        shown = preview.shown(looked, wish)
    context = {
        "organization": found.trail.organization,
        "trail": found.trail,
        "workflow": found,
        "attestation": file.attestation,
        "file": file,
        "bytes": f"{file.blob.size:,}",
        "looked": looked,
        "asked": wish,
        **shown,
    }
    response = page(request, "evidence.html", context, public=found.trail.is_public)
    if request.method == "GET" and response.status_code == 200 and shown["view"] != "image":
        _note(actor, found, file, wish, view=shown["view"])
    return response


@login_not_required
@require_safe
def raw(
    request: HttpRequest,
    organization: str,
    trail: str,
    workflow: str,
    attestation: uuid.UUID,
    evidence: uuid.UUID,
) -> HttpResponseBase:
    """Send the bytes of a file exactly as they were reported, never to be rendered here."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    file = lookups.evidence(found, attestation, evidence)
    response = ranges.serve(
        request,
        length=file.blob.size,
        etag=file.blob.sha256,
        # Not what the name suggests: nothing a stranger wrote is given a type that browsers run.
        content_type="application/octet-stream",
        filename=file.name,
        read=partial(store.read_checked, file.blob),
        headers=_headers(request, found),
    )
    if ranges.sends_bytes(request, response):
        part = response.headers.get("Content-Range")
        note_evidence(actor=actor, workflow=found, file=file, range=part)
    return response


@login_not_required
@require_safe
def image(
    request: HttpRequest,
    organization: str,
    trail: str,
    workflow: str,
    attestation: uuid.UUID,
    evidence: uuid.UUID,
) -> HttpResponseBase:
    """Send an image for the page to show, under the type that its bytes were verified to have."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    file = lookups.evidence(found, attestation, evidence)
    wish = asked(request.GET)
    with opened(file.name, file.blob) as source:
        looked = inside(source, wish)
        if looked.what.kind not in IMAGES or not looked.is_whole:
            raise NotFound(f"{file.name} is no image that can be shown. Download it instead.")
        try:
            measured = images.measure(looked.source, looked.what.kind)
        except NotAnImage as error:
            raise NotFound(f"{file.name} is no whole image: {error}. Download it.") from error
        if not measured.is_shown:
            raise NotFound(f"{file.name} claims too many pixels to be shown. Download it.")
        body = looked.source.read(0, looked.source.size)
    response = ranges.serve_bytes(
        request,
        body,
        content_type=measured.media_type,
        filename=f"image.{looked.what.kind}",
        etag=f"{file.blob.sha256}-{wish.member}",
        headers=_headers(request, found),
    )
    if ranges.sends_bytes(request, response):
        _note(actor, found, file, wish, view="image")
    return response


@login_not_required
@require_safe
def drawn_page(
    request: HttpRequest,
    organization: str,
    trail: str,
    workflow: str,
    attestation: uuid.UUID,
    evidence: uuid.UUID,
    number: int,
) -> HttpResponseBase:
    """Send a page of a PDF as a picture, which another process draws."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    file = lookups.evidence(found, attestation, evidence)
    wish = asked(request.GET)
    with opened(file.name, file.blob) as source:
        looked = inside(source, wish)
        if looked.what.kind is not Kind.PDF or not looked.is_whole:
            raise NotFound(f"{file.name} is no PDF document. Download it instead.")
        try:
            drawn = pdf.picture(looked.source, number)
        except NotDrawn as error:
            raise NotFound(f"Page {number} of {file.name} is not drawn: {error}.") from error
    response = ranges.serve_bytes(
        request,
        drawn.picture,
        content_type="image/png",
        filename=f"page-{number}.png",
        headers=_headers(request, found),
    )
    if ranges.sends_bytes(request, response):
        _note(actor, found, file, wish, view=f"page {number}")
    return response


def _clean(
    request: HttpRequest, actor: Actor, workflow: Workflow, file: Evidence, wish: Asked
) -> HttpResponseBase:
    """Send a session as plain text without codes, as it is read."""
    name = f"{file.name}.txt"
    headers = _headers(request, workflow) | {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
    }
    # What cannot be read as text is refused here, before an answer has begun.
    text = cleaned(file, wish)
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    _note(actor, workflow, file, wish, view="clean", what=Download.EVIDENCE)
    return StreamingHttpResponse(text, headers=headers)


def _note(
    actor: Actor,
    workflow: Workflow,
    file: Evidence,
    wish: Asked,
    *,
    view: str,
    what: Download = Download.PREVIEW,
) -> None:
    member = {} if wish.member is None else {"member": wish.member}
    note_evidence(actor=actor, workflow=workflow, file=file, what=what, view=view, **member)


def _headers(request: HttpRequest, workflow: Workflow) -> dict[str, str]:
    return {
        "Cache-Control": cache_control(request, public=workflow.trail.is_public),
        "Content-Security-Policy": SANDBOX_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }

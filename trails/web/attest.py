"""Attesting from the browser: a form with files, of which nothing is lost whatever goes wrong.

What was typed comes back with every refusal, and what was uploaded is held (`trails.held`) until
the attestation is recorded. With JavaScript files arrive one by one before the form is sent, see
`trails.web.attest_files`; without it they come with the form. Nothing but that differs.

Threat. Whoever may not attest here, or whom a page of somebody else sends, must not make the server
write a file: rights are looked up before the body is read, and the token before its first file.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from evidence.errors import VaultUnavailable
from trails import held, lookups
from trails.actions.attestations import Made, Upload, attest, attested
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid, TooMuch
from trails.http.uploads import Form, receive_page
from trails.models import Attestation, HeldFile, Workflow
from trails.permissions import Act, require
from trails.state import judge
from trails.unavailable import refusal_of
from trails.web import again, drafts, links
from trails.web.drafts import FILES, MANY, Draft
from trails.web.errors import csrf_failure
from trails.web.forms import refuse
from trails.web.responses import page
from trails.web.tokens import is_from_our_form, takes_files
from trails.web.work_forms import OTHER


@login_not_required
@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
def attest_page(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """Show the form of an attestation, `?step=` chosen, or record what it says."""
    actor = actor_of_session(request)
    found = lookups.workflow(actor, organization, trail, workflow)
    require(actor, Act.ATTEST, found.trail.organization)
    steps = judge(found.version.template, attested(found.status)).steps
    if request.method != "POST":
        draft = drafts.fresh(steps, request.GET.get("step", ""))
        return _show(request, actor, found, draft)
    with receive_page(
        request,
        file_fields=frozenset({FILES}),
        many=MANY,
        admit=lambda token: is_from_our_form(request, token),
    ) as sent:
        if not sent.is_admitted and not again.came_from_here(request):
            return csrf_failure(request)
        return _answer(request, actor, found, sent, drafts.sent(steps, sent))


def _answer(
    request: HttpRequest, actor: Actor, workflow: Workflow, sent: Form, draft: Draft
) -> HttpResponseBase:
    """Record the draft, or show it again with what is to be mended and with all its files."""
    status, retry_after = 200, 0
    draft.is_unchecked = bool(sent.fields.get("drop")) or sent.fields.get("act") == "add-link"
    for refusal in sent.refusals:
        draft.refuse(refusal.message)
    if not sent.is_admitted:
        status = 403
        draft.refuse(
            _("You signed in again while this form was open. It is as you left it; send it again.")
        )
    elif sent.fields.get("drop"):
        _drop(actor, workflow, sent.fields["drop"])
    elif not draft.is_unchecked and draft.is_valid():
        try:
            made = _record(actor, workflow, sent, draft)
        except VaultUnavailable as error:
            # The staging area needs no store: the form comes back with all its files and its key.
            made, retry_after = None, error.retry_after
            status = 503
            draft.refuse(str(refusal_of(error)))
        if made is not None:
            return _done(request, workflow, made, len(draft.held) + len(sent.uploads))
    _hold(actor, workflow, sent, draft)
    response = _show(request, actor, workflow, draft, status=status)
    if status == 503:
        response["Retry-After"] = str(retry_after)
    return response


def _record(actor: Actor, workflow: Workflow, sent: Form, draft: Draft) -> Made | None:
    """Attest what the draft says. None when it was refused, which the draft then tells."""
    mine = {str(file.pk): file for file in held.held_by(actor, workflow)}
    files = [mine[id] for id in draft.held if id in mine]
    there = held.uploads_of(files)
    if len(there) < len(draft.held):
        whole = {upload.staged.path for upload in there}
        held.let_go([file for file in files if held.path_of(file) not in whole])
        return _gone(actor, workflow, draft, there)
    uploads = [*there, *sent.uploads]
    if len(uploads) > settings.LIMIT_FILES:
        draft.refuse(
            _("There are %(count)s files; one attestation takes %(limit)s. Leave some out.")
            % {"count": len(uploads), "limit": settings.LIMIT_FILES}
        )
        return None
    try:
        made = attest(
            actor=actor,
            workflow=workflow,
            report=draft.form.report([row.link for row in draft.links]),
            uploads=uploads,
            idempotency_key=draft.key,
        )
    except FileNotFoundError:
        # Another sending of this form has recorded them, or a sweep was faster.
        return _gone(actor, workflow, draft, held.uploads_of(files))
    except (Invalid, Conflict, TooMuch) as error:
        _refuse(actor, workflow, draft, error)
        return None
    held.let_go(files)
    return made


def _earlier(actor: Actor, workflow: Workflow, draft: Draft) -> Attestation | None:
    """Return what an earlier sending of this form has recorded."""
    found: Attestation | None = Attestation.objects.filter(
        workflow=workflow, by_id=actor.id, idempotency_key=draft.key
    ).first()
    return found


def _gone(actor: Actor, workflow: Workflow, draft: Draft, there: Sequence[Upload]) -> Made | None:
    """Return what the form has recorded before, or tell which of its files are not here."""
    earlier = _earlier(actor, workflow, draft)
    if earlier is not None:
        return Made(earlier, created=False, status=workflow.status)
    draft.refuse(
        ngettext(
            "%(count)s uploaded file is not here any more: files are kept for a day. Choose it "
            "again.",
            "%(count)s uploaded files are not here any more: files are kept for a day. Choose "
            "them again.",
            len(draft.held) - len(there),
        )
        % {"count": len(draft.held) - len(there)}
    )
    return None


def _refuse(
    actor: Actor, workflow: Workflow, draft: Draft, error: Invalid | Conflict | TooMuch
) -> None:
    earlier = _earlier(actor, workflow, draft) if isinstance(error, Conflict) else None
    if earlier is None:
        if error.field == "step" and draft.form.cleaned_data["step"] == OTHER:
            error.field = "other_step"
        refuse(draft.form, error)
        return
    draft.begin_anew()
    draft.refuse(
        _(
            "This form was sent before and recorded as attestation %(number)s; what it says now "
            "differs. If that is to be recorded as well, send it again."
        )
        % {"number": earlier.number}
    )


def _hold(actor: Actor, workflow: Workflow, sent: Form, draft: Draft) -> None:
    """Keep the files of a form that comes back."""
    while sent.uploads:
        try:
            file = held.hold(actor=actor, workflow=workflow, upload=sent.uploads[0])
        except TooMuch as error:
            draft.refuse(error.message)
            return
        sent.uploads.pop(0)
        draft.held.append(str(file.pk))


def _drop(actor: Actor, workflow: Workflow, id: str) -> None:
    try:
        held.drop(actor=actor, workflow=workflow, id=uuid.UUID(id))
    except ValueError:
        raise Invalid(_("'%(id)s' is not the id of a file.") % {"id": id}) from None


def _done(request: HttpRequest, workflow: Workflow, made: Made, files: int) -> HttpResponseBase:
    told = {"step": made.attestation.step, "number": made.attestation.number, "count": files}
    if not made.created:
        said = _("It was recorded already: attestation %(number)s, %(step)s.") % told
    elif files:
        said = (
            ngettext(
                "Attestation %(number)s, %(step)s, is recorded with %(count)s file.",
                "Attestation %(number)s, %(step)s, is recorded with %(count)s files.",
                files,
            )
            % told
        )
    else:
        said = _("Attestation %(number)s, %(step)s, is recorded.") % told
    messages.success(request, said)
    trail = workflow.trail
    address = reverse("workflow", args=[trail.organization.name, trail.name, workflow.name])
    return redirect(f"{address}#a{made.attestation.number}")


def _show(
    request: HttpRequest, actor: Actor, workflow: Workflow, draft: Draft, *, status: int = 200
) -> HttpResponseBase:
    chosen = {id: place for place, id in enumerate(draft.held)}
    files: list[tuple[HeldFile, bool]] = [
        (file, str(file.pk) in chosen) for file in held.held_by(actor, workflow)
    ]
    files.sort(key=lambda pair: chosen.get(str(pair[0].pk), len(chosen)))
    context: dict[str, Any] = {
        "organization": workflow.trail.organization,
        "trail": workflow.trail,
        "workflow": workflow,
        "form": draft.shown,
        "refused": bool(draft.shown.errors) or any(row.error for row in draft.links),
        "links": links.with_spare(draft.links),
        "files": files,
        "key": draft.key,
        "limit": settings.LIMIT_FILE_BYTES,
        "hours": int(held.KEPT_FOR.total_seconds() // 3600),
    }
    return page(request, "attest.html", context, status=status)

"""Refusals and failures as pages, in one place: what happened, and what to do next."""

import json
import logging
import sys
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trails import errors
from trails.http.logs import request_id
from trails.unavailable import refusal_of
from trails.web import again

logger = logging.getLogger(__name__)

_STATUS: dict[type[errors.TrailsError], int] = {
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Invalid: 400,
    errors.Conflict: 409,
    errors.Disposed: 410,
    errors.TooMuch: 413,
    errors.LengthRequired: 411,
    errors.Unavailable: 503,
}
_TITLE = {
    400: gettext_lazy("That request does not fit"),
    401: gettext_lazy("Sign in first"),
    403: gettext_lazy("You may not do that"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("That cannot be done here"),
    409: gettext_lazy("Something is in the way"),
    410: gettext_lazy("It was disposed of"),
    411: gettext_lazy("The length is missing"),
    413: gettext_lazy("That is too much"),
    500: gettext_lazy("Something went wrong here"),
    503: gettext_lazy("Not at the moment"),
}
# Where signing in may help; what is too much or malformed stays so.
_SIGNABLE = frozenset({401, 403, 404})


def error_page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    """Return the page of an error; JSON below /api/, where Django failed before a dialect spoke."""
    if not _is_page(request) or _asks_for_json(request):
        return _for_programs(status, message)
    # Back to where they were; a form that was sent cannot be asked for again.
    came_for = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    context = {
        "came_for": came_for,
        "status": status,
        "signable": _SIGNABLE,
        "title": _TITLE[status],
        "message": message,
        "request_id": request_id.get(),
        **_again(request, status),
    }
    response = render(request, "error.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _is_page(request: HttpRequest) -> bool:
    return not request.path.lstrip("/").startswith("api/")


def _asks_for_json(request: HttpRequest) -> bool:
    """Tell whether a script of ours asks, which shows the reason where the person is looking."""
    return request.headers.get("Accept") == "application/json"


def _again(request: HttpRequest, status: int) -> dict[str, Any]:
    """Return what was typed, where it was refused for who sent it and not for what it says."""
    is_stranger = not getattr(request, "user", None) or request.user.is_anonymous
    refused_for_the_sender = status == 403 or (is_stranger and status in {401, 404})
    if not refused_for_the_sender or _announced(request) > PAGE_BODY_LIMIT:
        return {}
    kind = request.content_type if request.content_type == "multipart/form-data" else ""
    return {"again": again.typed(request), "again_type": kind}


def _takes_files(request: HttpRequest) -> bool:
    """Tell whether the view lets the visitor in before it reads, and reads without end."""
    try:
        return bool(getattr(resolve(request.path_info).func, "takes_files", False))
    except Resolver404:
        return False


def _announced(request: HttpRequest) -> int:
    digits = request.META.get("CONTENT_LENGTH") or "0"
    # Too many digits to be read as a number are too many bytes, too.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 1 << 62


def _for_programs(status: int, message: str) -> HttpResponse:
    """Return an error that clients of both dialects can read."""
    problem = {
        "title": str(_TITLE[status]),
        "status": status,
        "detail": message,
        "message": message,
    }
    body = json.dumps(problem | {"request_id": request_id.get()}) + "\n"
    return HttpResponse(body, status=status, content_type="application/problem+json")


# Few pages take files, and the largest form of the others, two hundred steps, is far below this.
PAGE_BODY_LIMIT = 1 << 20


class ErrorPages:
    """Turns a refusal of an act or a lookup into its page, and refuses bodies that no page takes.

    Threat. Django reads a form before any view runs, to check its token, and would write files of
    any size that a stranger sends to any page to the disk.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        too_large = _is_page(request) and _announced(request) > PAGE_BODY_LIMIT
        if too_large and not _takes_files(request):
            message = _("This page takes no files. Attach evidence where a workflow is attested.")
            return error_page(request, 413, message)
        response = self.get_response(request)
        if response.status_code == 405 and _is_page(request) and not response.content:
            return _not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the error's page; None for what is not a refusal."""
        passing = error if isinstance(error, errors.Unavailable) else refusal_of(error)
        if passing is not None:
            return _unavailable(request, passing)
        if not isinstance(error, errors.TrailsError):
            return None
        return error_page(request, _STATUS[type(error)], error.message)


def _not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """Return the page for a method that an address does not take."""
    message = _("This address takes {allowed}, and not {method}. Open it as a page instead.")
    response = error_page(request, 405, message.format(allowed=allowed, method=request.method))
    response["Allow"] = allowed
    return response


def _unavailable(request: HttpRequest, passing: errors.Unavailable) -> HttpResponse:
    """Return the page for what will work in a moment. It needs no database, which may be away."""
    if not _is_page(request) or _asks_for_json(request):
        response = _for_programs(503, passing.message)
    else:
        context = {"title": _TITLE[503], "status": 503, "message": passing.message}
        page = render_to_string("500.html", context | {"request_id": request_id.get()})
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(passing.retry_after)
    response["Cache-Control"] = "no-store"
    return response


@login_not_required
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a request that makes no sense, or is larger than any form here."""
    if isinstance(exception, RequestDataTooBig):
        return error_page(
            request,
            413,
            _("The form holds more than this server takes. Attach long texts as files."),
        )
    return error_page(request, 400, _("The request was malformed. Go back and try again."))


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for what this person may not do."""
    return error_page(request, 403, _("Your account does not allow this. Ask an admin."))


@login_not_required
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for what does not exist, or may not be known to."""
    return error_page(
        request,
        404,
        _(
            "The page does not exist, or it is private. "
            "Check the address, or sign in if it is yours."
        ),
    )


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Return a page that needs no database, and without its template says the same in plain."""
    # Django calls this while it handles what went wrong, in a middleware as well.
    passing = refusal_of(sys.exc_info()[1])
    if passing is not None:
        return _unavailable(request, passing)
    context = {"title": _TITLE[500], "request_id": request_id.get()}
    page: str
    try:
        page = render_to_string("500.html", context)
    except Exception:  # whatever broke the templates, this page is the last and must not fail
        logger.exception("The page of a failure failed.")
        page = (
            f"<!doctype html><title>{_TITLE[500]}</title><h1>{_TITLE[500]}</h1>"
            "<p>Nothing you recorded before is lost. Try again in a moment; if it stays, tell the "
            f"operator this request id: {request_id.get()}</p>"
        )
    return HttpResponse(page, status=500, headers={"Cache-Control": "no-store"})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form without a valid token."""
    return error_page(
        request,
        403,
        _("The form was open too long or came from elsewhere. Reload it and try again."),
    )

"""The token of a form whose view reads its body by itself, checked by Django's own rules.

Threat. A page of somebody else must not post a form in the name of a person who is signed in here;
Django's middleware prevents that. But it reads the whole body first to find the token, files too.
So a view that takes files is exempt from it, lets the visitor in, and asks here with nothing but
the token: from a header before the body, or from the first field of the form while it streams in.
Origin, Referer and cookie are compared as everywhere else.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from trails.http.uploads import FIRST_FIELD

_View = TypeVar("_View", bound=Callable[..., Any])


class _Check(CsrfViewMiddleware):
    """Django's check, which says why it refuses instead of answering the browser."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def takes_files(view: _View) -> _View:
    """Mark a view that may get large bodies, and that checks the token by `is_from_our_form`."""
    view.takes_files = True  # type: ignore[attr-defined]
    return csrf_exempt(view)


def is_from_our_form(request: HttpRequest, token: str = "") -> bool:
    """Tell whether a request comes from a form of this site; without a token, by its header.

    Reads nothing of the body.
    """
    body = urlencode({FIRST_FIELD: token}).encode()
    asked = WSGIRequest(
        request.META
        | {
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )
    check = _Check(_nothing)
    check.process_request(asked)
    return check.process_view(asked, _nothing, (), {}) is None


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()

"""Knows a form that comes a second time: a page that answers a form sends it again when reloaded.

A key is shown in the answer to its form, so that a redirect cannot stand between them. Each showing
of a page masks its CSRF token anew; the same mask is the same form.
"""

import hashlib

from django.http import HttpRequest

_ANSWERED = "forms_answered"
_REMEMBERED = 20


def is_answered(request: HttpRequest) -> bool:
    """Tell whether this very form was answered before in this session."""
    mark = _mark(request)
    return bool(mark) and mark in request.session.get(_ANSWERED, [])


def remember(request: HttpRequest) -> None:
    """Note that this form is answered now."""
    if mark := _mark(request):
        request.session[_ANSWERED] = [*request.session.get(_ANSWERED, []), mark][-_REMEMBERED:]


def _mark(request: HttpRequest) -> str:
    token = request.POST.get("csrfmiddlewaretoken", "")
    return hashlib.sha256(token.encode()).hexdigest()[:24] if token else ""

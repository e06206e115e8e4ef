"""What every answer of the API has in common, whichever view or middleware made it.

Errors are problems, what is not for everybody is never stored, and no view asks for a session.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from trails.api import problems
from trails.errors import shown

View = Callable[..., HttpResponseBase]


def spoken(view: View) -> View:
    """Return the view with its errors as problems and its answers marked for caches.

    What a stranger is shown is public; a cache may keep it if it asks again each time. Everything
    else, errors too, is kept nowhere.
    """

    @login_not_required
    @csrf_exempt  # there is no cookie that a foreign page could ride on
    @wraps(view, assigned=())
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # the last line: whatever it is, the client gets a problem
            response = problems.answer(request, error)
        if response.status_code >= 400:
            response = _as_problem(request, response)
        public = response.status_code < 400 and "Authorization" not in request.headers
        reading = request.method in {"GET", "HEAD"}
        response["Cache-Control"] = "no-cache" if public and reading else "no-store"
        patch_vary_headers(response, ["Authorization"])
        return response

    return answer


def no_route(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer for every address under /api/v1/ that is not a route."""
    return problems.nothing_here(request)


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Return a refusal that came as text, from ninja or from the ranges, as a problem."""
    if response["Content-Type"] == problems.MEDIA_TYPE or not isinstance(response, HttpResponse):
        return response
    if response.status_code == 405:
        allowed = ", ".join(sorted(response["Allow"].split(", ")))
        detail = f"{shown(request.method)} is not possible here. Use {allowed}."
        translated = problems.problem(405, detail)
        translated["Allow"] = allowed
        return translated
    return _keeping_headers(problems.problem(response.status_code, _text(response)), response)


def _text(response: HttpResponse) -> str:
    text = response.content.decode().strip()
    # The body of an answer to HEAD is empty; the words are for whoever asks with GET.
    return text or "Ask with GET to learn more."


def _keeping_headers(translated: JsonResponse, response: HttpResponse) -> JsonResponse:
    for name, value in response.items():
        if name not in {"Content-Type", "Content-Length"}:
            translated[name] = value
    return translated

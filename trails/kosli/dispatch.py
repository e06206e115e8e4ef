"""From a request to the endpoint that answers it, and from every outcome to JSON.

No endpoint can forget who calls: it is given a `Call`, which exists only for a working key of a
member. Nothing here knows what the endpoints do.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from evidence.vault.digest import CHUNK
from trails.actors import Actor
from trails.errors import Invalid, TrailsError
from trails.http.logs import request_id
from trails.kosli import answers
from trails.kosli.calls import caller, open_call
from trails.unavailable import refusal_of

Endpoint = Callable[..., HttpResponse]
logger = logging.getLogger(__name__)

# Of a body that nobody asked for, how much is read and thrown away before the answer.
_DRAINED_BYTES = 256 << 20


def endpoint(**views: Endpoint) -> Callable[..., HttpResponse]:
    """Return the Django view that answers each HTTP method with its endpoint, all else with 405."""
    if "GET" in views:
        views["HEAD"] = views["GET"]

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest, organization: str, **names: str) -> HttpResponse:
        chosen = views.get(request.method or "")
        if chosen is None:
            return _not_allowed(request, sorted(views))
        return _answered(request, chosen, organization, names)

    return view


@csrf_exempt
@login_not_required
def nowhere(request: HttpRequest, **names: str) -> HttpResponse:
    """Answer every other address under /api/ with 404."""
    return _hanging_up(
        answers.failure(
            404,
            f"There is nothing at {request.path} on this server. "
            "Check the host, and whether this server speaks the version of your client.",
        )
    )


def _answered(
    request: HttpRequest, chosen: Endpoint, organization: str, names: dict[str, Any]
) -> HttpResponse:
    actor: Actor | None = None
    try:
        if "\0" in request.path:  # which no database takes as text
            raise Invalid("The address holds a NUL character. Remove it.")
        actor = caller(request)
        response = chosen(open_call(request, actor, organization), **names)
    except TrailsError as error:
        response = answers.refusal(error)
    except Exception as error:  # whatever it is: the CLI can read JSON alone
        response = _failed(request, error)
    if actor is None:
        return _hanging_up(response)
    _drain(request)
    return response


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer to a call that failed: 503 for what passes, which the CLI tries again."""
    passing = refusal_of(error)
    if passing is not None:
        return answers.refusal(passing)
    logger.error("Failed to answer %s %r.", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return answers.failure(
        500,
        "Something went wrong on the server. Nothing recorded before is lost. Try again; if it "
        f"stays, tell the operator this request id: {request_id.get()}",
    )


def _hanging_up(response: HttpResponse) -> HttpResponse:
    """Return an answer to a request whose body is left unread, which says that nothing follows.

    Otherwise it depends on chance whether the server can use the connection again, and a client
    that tries to finds it broken.
    """
    response["Connection"] = "close"
    return response


def _drain(request: HttpRequest) -> None:
    """Read what is left of the body, so that its sender gets to read the answer.

    A Go client that is still sending when the server has answered and hung up often reports a
    broken pipe and not the answer. Done for callers with a working key only: a stranger must not
    keep a thread busy.
    """
    left = _DRAINED_BYTES
    try:
        while left > 0 and (chunk := request.read(CHUNK)):
            left -= len(chunk)
    except UnreadablePostError:
        logger.info("The sender hung up before the end of the body.")


def _not_allowed(request: HttpRequest, methods: list[str]) -> HttpResponse:
    allowed = ", ".join(methods)
    response = answers.failure(
        405, f"{request.method} is not possible at {request.path}. Possible are: {allowed}."
    )
    response["Allow"] = allowed
    return _hanging_up(response)

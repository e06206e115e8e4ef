"""The one shape of an error (RFC 9457), and the one place where refusals become statuses.

`detail` says what was wrong, which value, and what to do next. What is unexpected is logged whole
and answered with nothing but the request id.
"""

import logging
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from ninja.errors import ValidationError as QueryError
from pydantic import BaseModel, Field

from evidence.ledger.statement import timestamp
from trails import errors
from trails.actions.attestations import Refused
from trails.errors import shown
from trails.http.logs import request_id
from trails.unavailable import refusal_of

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
URN = "urn:trailkeeper:problem:"


class UnsupportedMediaType(errors.TrailsError):
    """The body has a Content-Type that this call does not take."""


class Pending(errors.TrailsError):
    """It is recorded, and its log has not sealed it yet. Not the client's fault, and it passes."""


ITEMS_TOLD = 100
RETRY_AFTER = 5  # seconds: several turns of a worker that seals


STATUS: dict[type[errors.TrailsError], int] = {
    errors.Invalid: 400,
    Refused: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Disposed: 410,
    errors.LengthRequired: 411,
    errors.TooMuch: 413,
    UnsupportedMediaType: 415,
    Pending: 503,
    errors.Unavailable: 503,
}
# The code, the last part of `type`, and the title of each status. Frozen: programs compare them.
KIND: dict[int, tuple[str, str]] = {
    400: ("invalid", "The request does not fit"),
    401: ("unauthenticated", "A key is needed, or the key does not work"),
    403: ("forbidden", "The key may not do this"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "The method is not possible here"),
    409: ("conflict", "It is there already, and different"),
    410: ("disposed", "It was disposed of"),
    411: ("length-required", "The length is missing"),
    412: ("precondition-failed", "It has changed"),
    413: ("too-much", "A limit was passed"),
    415: ("unsupported-media-type", "The Content-Type does not fit"),
    416: ("range-not-satisfiable", "There is no such part"),
    500: ("internal", "Something failed here"),
    503: ("pending", "It is not sealed yet"),
}


# The other kind of 503: what fails at the moment, whatever was asked for.
UNAVAILABLE = ("unavailable", "Not at the moment")


class Disposal(BaseModel):
    """What is left of a file that was disposed of: who did it, when and why, and its digest."""

    by: str
    at: str
    reason: str
    sha256: str


class ItemProblem(BaseModel):
    """Why one of many did not fit."""

    index: int = Field(description="Its place in the request, from 0.")
    detail: str
    field: str | None = None


class Problem(BaseModel):
    """An error. `detail` is for people: what was wrong, which value, and what to do next."""

    type: str = Field(description="A stable URN that names the kind of problem.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What was wrong, which value, and what to do next.")
    field: str | None = Field(
        None, description="The field, parameter or header at fault; absent when it is not one."
    )
    limit: int | None = Field(
        None, description="The limit that was passed, in the unit that `detail` names; else absent."
    )
    disposal: Disposal | None = Field(
        None, description="Of a file that was disposed of; else absent."
    )
    items: list[ItemProblem] | None = Field(
        None, description=f"Of many, the first {ITEMS_TOLD} that did not fit; else absent."
    )
    request_id: str = Field(description="What to quote to the operator; also in X-Request-ID.")

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "type": f"{URN}invalid",
                    "title": "The request does not fit",
                    "status": 400,
                    "detail": "'is_compliant' is missing. Say true, false, or null.",
                    "field": "is_compliant",
                    "request_id": "0199bb27-be8f-7354-a7b0-0d2c1a5b7f10",
                }
            ]
        }
    }


def problem(
    status: int,
    detail: str,
    *,
    field: str | None = None,
    limit: int | None = None,
    kind: tuple[str, str] | None = None,
    disposal: Disposal | None = None,
    items: list[ItemProblem] | None = None,
) -> JsonResponse:
    """Return an error as the client gets it."""
    code, title = kind or KIND[status]
    body = Problem(
        type=URN + code,
        title=title,
        status=status,
        detail=detail,
        field=field,
        limit=limit,
        disposal=disposal,
        items=items,
        request_id=request_id.get(),
    )
    content = body.model_dump(exclude_none=True)
    response = JsonResponse(content, status=status, content_type=MEDIA_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Trailkeeper"'
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def answer(request: HttpRequest, error: Exception) -> JsonResponse:
    """Return the answer to whatever went wrong; log it when nobody foresaw it."""
    passing = error if isinstance(error, errors.Unavailable) else refusal_of(error)
    if passing is not None:
        response = problem(503, passing.message, kind=UNAVAILABLE)
        response["Retry-After"] = str(passing.retry_after)
        return response
    if isinstance(error, errors.TrailsError):
        limit = error.limit if isinstance(error, errors.TooMuch) else None
        return problem(
            STATUS[type(error)],
            error.message,
            field=error.field,
            limit=limit,
            disposal=_disposal(error) if isinstance(error, errors.Disposed) else None,
            items=_items(error) if isinstance(error, Refused) else None,
        )
    if isinstance(error, QueryError):
        return answer(request, invalid(error.errors))
    if isinstance(error, Http404):
        return nothing_here(request)
    if isinstance(error, UnreadablePostError):
        return problem(400, "The body ended before all of it had come. Send it again.")
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(
        500,
        "The server failed, and the log says why. Nothing counts as recorded unless an answer said "
        "so: send the same again, with the same Idempotency-Key, and if it stays, tell the "
        "operator the request id.",
    )


def _items(error: Refused) -> list[ItemProblem]:
    return [
        ItemProblem(index=at, detail=reason.message, field=reason.field)
        for at, reason in list(error.reasons.items())[:ITEMS_TOLD]
    ]


def _disposal(error: errors.Disposed) -> Disposal:
    return Disposal(by=error.by, at=timestamp(error.at), reason=error.reason, sha256=error.sha256)


def nothing_here(request: HttpRequest) -> JsonResponse:
    """Return the answer for an address that names no route."""
    return problem(
        404,
        f"There is nothing at {shown(request.path)}. An id in an address is a UUID in small "
        "letters, and no address ends in a slash; /api/v1/openapi.json lists them all.",
    )


def invalid(found: list[dict[str, Any]], known: list[str] | None = None) -> errors.Invalid:
    """Return what pydantic found wrong in our words. `known` are the names that would be right."""
    texts = [_sentence(error, known) for error in found[:5]]
    if len(found) > 5:
        texts.append(f"And {len(found) - 5} more.")
    return errors.Invalid(" ".join(texts), field=_place(found[0]) or None)


def _place(error: dict[str, Any]) -> str:
    # Ninja puts the source of a parameter first, which is no part of its name.
    places = [str(part) for part in error["loc"]]
    return ".".join(places[1:] if places[:1] in (["query"], ["header"]) else places)


def _sentence(error: dict[str, Any], known: list[str] | None) -> str:
    place = _place(error)
    if not place:
        return "The body must be a JSON object."
    if error["type"] == "missing":
        hint = " Say true, false, or null for no verdict: nothing is assumed."
        return f"'{place}' is missing.{hint if place == 'is_compliant' else ''}"
    if error["type"] == "extra_forbidden":
        hint = f" Known are {', '.join(known)}." if known and "." not in place else ""
        return f"{shown(place)} is not a known field.{hint}"
    text = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    was = f"; it was {shown(error['input'])}" if "input" in error else ""
    return f"'{place}' does not fit: {text[:1].lower()}{text[1:]}{was}."

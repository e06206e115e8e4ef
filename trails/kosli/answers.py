"""What goes back over the wire: JSON that ends in a newline, and refusals as the CLI reads them.

The one place that maps exceptions to statuses in this dialect (contract 0.5, 0.6). The CLI retries
on 409, 429 and 5xx and then loses the text, so nothing that a person should read has such a status.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from trails import errors

VALIDATION_FAILED = "Input payload validation failed"

_STATUS: dict[type[errors.TrailsError], int] = {
    errors.NotFound: 404,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.Invalid: 400,
    errors.Conflict: 400,
    errors.Disposed: 410,
    errors.TooMuch: 413,
    errors.LengthRequired: 411,
    errors.Unavailable: 503,
}
# The CLI uses messages as format strings, twice. A full-width sign reads the same and formats
# nothing.
_UNFORMATTED = str.maketrans({"%": "\N{FULLWIDTH PERCENT SIGN}"})


class InvalidPayload(errors.Invalid):
    """Several inputs do not fit: `errors` says of each what is wrong."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(VALIDATION_FAILED)
        self.errors = dict(errors)


def answer(body: Any, status: int = 200) -> HttpResponse:
    """Return JSON with a newline at its end, which the goldens of the CLI count on (0.7)."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n"
    # A lone surrogate, which JSON can name and UTF-8 cannot, goes back as the escape it came as.
    data = text.encode("utf-8", "backslashreplace")
    response = HttpResponse(data, status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def failure(status: int, message: str, errors: Mapping[str, str] | None = None) -> HttpResponse:
    """Return an error as the CLI reads it: `message` is text, `errors` an object or absent."""
    body: dict[str, Any] = {"message": message.translate(_UNFORMATTED)}
    if errors:
        pairs = {key.translate(_UNFORMATTED): text for key, text in errors.items()}
        body["errors"] = {key: text.translate(_UNFORMATTED) for key, text in pairs.items()}
    return answer(body, status)


def refusal(error: errors.TrailsError) -> HttpResponse:
    """Return the answer to a call that was refused."""
    if isinstance(error, InvalidPayload):
        return failure(400, error.message, error.errors)
    status = next(_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS)
    if status == 400 and error.field:
        return failure(400, VALIDATION_FAILED, {error.field: error.message})
    response = failure(status, error.message)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Trailkeeper"'
    if isinstance(error, errors.Unavailable):
        response["Retry-After"] = str(error.retry_after)
    return response

"""Reads the JSON bodies of requests, in one place. How strictly is up to `trails.http.strict_json`.

What is announced too large is refused before it is read.
"""

from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest
from multipart import parse_options_header
from pydantic import BaseModel, ValidationError

from evidence.vault.digest import CHUNK
from trails.api.problems import UnsupportedMediaType, invalid
from trails.errors import Invalid, LengthRequired, TooMuch, shown
from trails.http.strict_json import strict
from trails.http.uploads import require_length

JSON = "application/json"

Body = TypeVar("Body", bound=BaseModel)


def media_type(request: HttpRequest) -> str:
    """Return the media type of the body, without its parameters; empty when none is named."""
    return str(parse_options_header(request.headers.get("Content-Type", ""))[0]).lower()


def read(request: HttpRequest, model: type[Body]) -> Body:
    """Return the JSON body of a request as a model; no body is an empty object.

    Call it after the caller has been let in: nothing is read before.
    """
    length = _length(request)
    if length and media_type(request) != JSON:
        raise UnsupportedMediaType(
            f"The body came as {shown(media_type(request))}. Send it as {JSON}.",
            field="Content-Type",
        )
    return parse(_body(request, length) or b"{}", model)


def parse(text: bytes | str, model: type[Body]) -> Body:
    """Return a JSON text as a model. `Invalid` says which field does not fit, and why."""
    value = strict(text)
    if not isinstance(value, dict):
        raise Invalid("The body must be a JSON object.")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = [dict(item) for item in error.errors(include_url=False, include_context=False)]
        raise invalid(found, sorted(model.model_fields)) from error


def _length(request: HttpRequest) -> int:
    if not request.META.get("CONTENT_LENGTH"):
        # A body of unknown length would be taken for an empty one. No body at all is fine; whoever
        # names its type or its encoding has one. (HTTP/2 has no Transfer-Encoding to tell.)
        if "Transfer-Encoding" in request.headers or "Content-Type" in request.headers:
            raise LengthRequired(
                "The request has no Content-Length. Send one: a chunked body is not accepted."
            )
        return 0
    length = require_length(request)
    limit = settings.LIMIT_JSON_BYTES
    if length > limit:
        raise TooMuch(
            f"The JSON has {length} bytes; the limit is {limit} bytes. "
            "Send long texts as evidence.",
            limit=limit,
        )
    return length


def _body(request: HttpRequest, length: int) -> bytes:
    text = bytearray()
    while len(text) < length:
        chunk = request.read(min(CHUNK, length - len(text)))
        if not chunk:
            raise Invalid(
                f"The body ended after {len(text)} of the {length} bytes that were announced. "
                "Send it again."
            )
        text += chunk
    return bytes(text)

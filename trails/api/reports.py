"""Reads the report of an attestation: JSON alone, or a form with one JSON part and files.

The files go straight into the vault's staging area; what is staged is discarded at the end, when it
has been promoted or nobody wants it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from trails import direct
from trails.actions.attestations import Report, Upload, canonical_json
from trails.actors import Actor
from trails.api import bodies
from trails.api.openapi import REF
from trails.api.problems import UnsupportedMediaType
from trails.api.schemas import AttestationIn, ReportIn
from trails.errors import Invalid, TooMuch, shown
from trails.http.uploads import Form, receive
from trails.models import Organization

PART = "attestation"
FILES = "evidence"
MULTIPART = "multipart/form-data"


def described(part: str, model: str) -> dict[str, Any]:
    """Return the description of an operation that takes a report, or many, with files."""
    schema = {"$ref": REF.format(model=model)}
    return {
        "requestBody": {
            "required": True,
            "description": "A form with one JSON part and any number of files, in order; or the "
            "JSON alone where there are no files. Send a Content-Length.",
            "content": {
                MULTIPART: {
                    "schema": {
                        "type": "object",
                        "required": [part],
                        "properties": {
                            part: schema,
                            FILES: {
                                "type": "array",
                                "items": {"type": "string", "format": "binary"},
                                "description": "The files, each a part of this name with a file "
                                "name.",
                            },
                        },
                    },
                    "encoding": {
                        part: {"contentType": bodies.JSON},
                        FILES: {"contentType": "application/octet-stream"},
                    },
                },
                bodies.JSON: {"schema": schema},
            },
        }
    }


@contextmanager
def received(
    request: HttpRequest, actor: Actor, organization: Organization
) -> Iterator[tuple[Report, Sequence[Upload]]]:
    """Read the body of a request, and give what it reports with the files in order.

    What was uploaded directly comes after them. Call it after the caller has been let in: nothing
    is read before.
    """
    with read(request, PART, AttestationIn) as (body, uploads):
        named = [(item.id, item.name) for item in body.uploads]
        limit = settings.LIMIT_FILES
        if named and len(uploads) + len(named) > limit:
            raise TooMuch(
                f"There are {len(uploads)} files and {len(named)} uploads; the limit is {limit}. "
                "Attest some of them on their own.",
                limit=limit,
                field="uploads",
            )
        if named:
            uploads = uploads + direct.ready(actor=actor, organization=organization, named=named)
        yield report(body), uploads


@contextmanager
def read(
    request: HttpRequest, part: str, model: type[bodies.Body]
) -> Iterator[tuple[bodies.Body, list[Upload]]]:
    """Read the JSON of a request, alone or as a part of a form, and its files in order."""
    media_type = bodies.media_type(request)
    if media_type == MULTIPART:
        with receive(request, file_fields=frozenset({FILES})) as form:
            yield bodies.parse(_json_part(form, part), model), form.uploads
    elif media_type == bodies.JSON:
        yield bodies.read(request, model), []
    else:
        raise UnsupportedMediaType(
            f"The body came as {shown(media_type)}. Send {MULTIPART} with the JSON part '{part}' "
            f"and the files as '{FILES}', or {bodies.JSON} where there are no files.",
            field="Content-Type",
        )


def _json_part(form: Form, part: str) -> str:
    for name in form.fields:
        if name != part:
            raise Invalid(
                f"{shown(name)} is not a part of a report. Send the JSON as '{part}', and files "
                f"as '{FILES}' with a file name.",
                field=name,
            )
    if part not in form.fields:
        raise Invalid(f"The JSON part '{part}' is missing.", field=part)
    return form.fields[part]


def report(body: ReportIn) -> Report:
    """Return what a reporter says, as the act takes it."""
    return Report(
        step=body.step,
        is_compliant=body.is_compliant,
        description=body.description,
        user_data=canonical_json(body.user_data, limit=settings.LIMIT_JSON_BYTES),
        external=[link.model_dump(exclude_unset=True) for link in body.external],
        occurred_at=body.occurred_at,
    )

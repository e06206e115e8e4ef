"""Many attestations in one request: all of them are recorded, or none.

For what gathers events and reports them now and then, and for the history of a process that was
recorded elsewhere. One commit and one seal serve them all.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Status

from trails import lookups
from trails.actions.attestations import Item, Made, Upload, attest_all
from trails.api import answers, reports, schemas
from trails.api.auth import actor_of, with_key
from trails.api.openapi import refusals
from trails.errors import Invalid, TooMuch
from trails.permissions import Act, require

router = Router(tags=["Attestations"])
PATH = "/organizations/{organization}/trails/{trail}/attestations"
PART = "attestations"


@router.post(
    PATH,
    auth=with_key,
    response={
        200: schemas.ManyReceived,
        201: schemas.ManyReceived,
        **refusals(400, 403, 404, 409, 411, 413, 415),
    },
    operation_id="attest_many",
    summary="Attest many events",
    openapi_extra=reports.described(PART, "ManyIn"),
)
def post_attestations(
    request: HttpRequest, organization: str, trail: str
) -> Status[schemas.ManyReceived]:
    """Records events of workflows of the trail, in their order, all or nothing.

    Each item is a report with the id of its `workflow`. Of the files of the request, it names its
    own in `evidence`. With an `idempotency_key` in every item, the same request can be sent again:
    what is recorded is answered with `created: false`, and 200 where nothing is new. A refusal
    names each item that does not fit in `items`. Takes the role writer or admin.
    """
    actor = actor_of(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.ATTEST, found.organization)
    with _received(request) as items:
        made = attest_all(actor=actor, trail=found, items=items)
    status = 201 if any(one.created for one in made) else 200
    return Status(status, schemas.ManyReceived(attestations=[_brief(one) for one in made]))


@contextmanager
def _received(request: HttpRequest) -> Iterator[list[Item]]:
    """Read the body of a request, and give its items with their files."""
    with reports.read(request, PART, schemas.ManyIn) as (body, uploads):
        limit = settings.LIMIT_BULK
        if len(body.attestations) > limit:
            raise TooMuch(
                f"There are {len(body.attestations)} attestations; the limit is {limit}. Split "
                "them over several requests.",
                limit=limit,
                field=PART,
            )
        _refuse_too_many_files(body)
        by_name = _by_name(uploads)
        items = [_item(at, item, by_name) for at, item in enumerate(body.attestations)]
        used = {name for item in body.attestations for name in item.evidence}
        for name in by_name.keys() - used:
            raise Invalid(f"No attestation names the file '{name}' in its evidence.", field=PART)
        yield items


def _refuse_too_many_files(body: schemas.ManyIn) -> None:
    """Return if the items name no more files than they may; `TooMuch` if they do.

    Threat. A file is sent once and may be named by many, so that the size of a request says nothing
    of how many rows it makes: one byte, named millions of times, would fill the memory.
    """
    counts = [len(item.evidence) for item in body.attestations]
    limit = settings.LIMIT_FILES
    for at, count in enumerate(counts):
        if count > limit:
            raise TooMuch(
                f"Attestation {at} names {count} files; the limit is {limit}. Put them into an "
                "archive.",
                limit=limit,
                field=f"{PART}.{at}.evidence",
            )
    limit += settings.LIMIT_BULK
    if sum(counts) > limit:
        raise TooMuch(
            f"The attestations name files {sum(counts)} times; the limit is {limit}. Split them "
            "over several requests.",
            limit=limit,
            field=PART,
        )


def _by_name(uploads: list[Upload]) -> dict[str, Upload]:
    found: dict[str, Upload] = {}
    for upload in uploads:
        if upload.name in found:
            raise Invalid(
                f"Two files are called '{upload.name}'. Give each a name of its own: attestations "
                "name their files by it.",
                field=reports.FILES,
            )
        found[upload.name] = upload
    return found


def _item(at: int, item: schemas.ItemIn, by_name: Mapping[str, Upload]) -> Item:
    for name in item.evidence:
        if name not in by_name:
            raise Invalid(
                f"Attestation {at} names the file '{name}', which did not come. Send it as a part "
                f"'{reports.FILES}' with this file name.",
                field=f"{PART}.{at}.evidence",
            )
    uploads = [by_name[name] for name in item.evidence]
    return Item(item.workflow, reports.report(item), uploads, item.idempotency_key)


def _brief(made: Made) -> schemas.Received:
    row: Any = made.attestation
    return schemas.Received(
        id=row.pk,
        workflow=row.workflow.name,
        step=row.step,
        number=row.number,
        created=made.created,
        record_sha256=row.record.sha256,
        url=answers.attestation_url(row.workflow, row.pk),
    )

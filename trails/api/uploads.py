"""Direct uploads: announcing very large evidence, saying that it was sent, and how far it is."""

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from trails import lookups
from trails.actors import Actor
from trails.api import answers, bodies, schemas
from trails.api.auth import actor_of, with_key
from trails.api.openapi import refusals, taking
from trails.checking import check, is_small
from trails.direct import announce, give_up, mine, sent
from trails.errors import NotFound
from trails.models import DirectUpload, Organization

router = Router(tags=["Direct uploads"])
PATH = "/organizations/{organization}/uploads"
ONE = PATH + "/{uuid:upload}"


def _organization(request: HttpRequest, name: str) -> tuple[Actor, Organization]:
    """Return the actor, and its organization: for others there are no uploads at all."""
    actor = actor_of(request)
    found = lookups.organization(actor, name)
    if found.pk not in actor.organization_ids:
        raise NotFound(f"There is no organization '{name}' here that takes your uploads.")
    return actor, found


@router.post(
    PATH,
    auth=with_key,
    response={201: schemas.UploadAnnounced, **refusals(400, 403, 404, 409, 411, 413, 415)},
    operation_id="announce_upload",
    summary="Announce a direct upload",
    openapi_extra=taking(schemas.UploadIn, required=True),
)
def post_upload(
    request: HttpRequest, response: HttpResponse, organization: str
) -> Status[schemas.UploadAnnounced]:
    """For evidence that is too large to come with its report: it goes to the store directly.

    PUT the bytes of each of `parts` to its `url`, with its `headers`; its `size` is signed, too. A
    412 says that they are there already. Then POST to the address in `Location`, and ask there
    until `state` is `ready`; then name the id in `uploads` of a report. What nobody attests goes
    after a day. Only where the vault is in a bucket, else 409. Takes the role writer or admin.
    """
    actor, found = _organization(request, organization)
    body = bodies.read(request, schemas.UploadIn)
    upload, parts = announce(actor=actor, organization=found, sha256=body.sha256, size=body.size)
    answer = answers.upload_announced(upload, parts)
    response["Location"] = answer.url
    return Status(201, answer)


@router.get(
    PATH,
    auth=with_key,
    response={200: schemas.Uploads, **refusals(404)},
    operation_id="list_uploads",
    summary="List your direct uploads",
)
def list_uploads(request: HttpRequest, organization: str) -> schemas.Uploads:
    """The newest of those that you have announced, at most 200, and that have not ended."""
    actor, found = _organization(request, organization)
    rows = DirectUpload.objects.current().of(actor, found).select_related("organization")
    newest = rows.order_by("-pk")[: schemas.PAGE_LIMIT]
    return schemas.Uploads(uploads=list(map(answers.upload, newest)))


@router.get(
    ONE,
    auth=with_key,
    response={200: schemas.Upload, **refusals(404)},
    operation_id="get_upload",
    summary="Get how far a direct upload is",
)
def get_upload(request: HttpRequest, organization: str, upload: uuid.UUID) -> schemas.Upload:
    """Its state, and how many bytes of it were checked."""
    actor, found = _organization(request, organization)
    return answers.upload(mine(actor, found, upload))


@router.post(
    ONE,
    auth=with_key,
    response={200: schemas.Upload, **refusals(403, 404, 409)},
    operation_id="finish_upload",
    summary="Say that all bytes were sent",
)
def post_upload_sent(request: HttpRequest, organization: str, upload: uuid.UUID) -> schemas.Upload:
    """The server then reads all of it, once, and compares size and SHA-256.

    What is small is checked before this answers; the rest by a worker of the operator's. Saying so
    again changes nothing. 409 when not all has arrived.
    """
    actor, found = _organization(request, organization)
    now = sent(actor=actor, upload=mine(actor, found, upload))
    if is_small(now):
        now = check(now) or mine(actor, found, upload)
    return answers.upload(now)


@router.delete(
    ONE,
    auth=with_key,
    response={204: None, **refusals(403, 404)},
    operation_id="give_up_upload",
    summary="Give up a direct upload",
)
def delete_upload(request: HttpRequest, organization: str, upload: uuid.UUID) -> Status[None]:
    """Removes what was sent. What was attested stays."""
    actor, found = _organization(request, organization)
    give_up(actor=actor, upload=mine(actor, found, upload))
    return Status(204, None)

"""Packages of whole trails: asking for one, how far it is, and its bytes."""

import uuid
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router, Status

from trails import lookups
from trails.actions.downloads import note_trail_package
from trails.actions.trail_packages import discard_trail_package, prepare_trail_package
from trails.api import answers, bodies, schemas
from trails.api.auth import actor_of, anybody, with_key
from trails.api.downloads import METHODS, ZIP
from trails.api.openapi import giving, refusals, taking
from trails.http.middleware import SANDBOX_POLICY
from trails.http.ranges import sends_bytes, serve
from trails.models import TrailPackage
from trails.permissions import Act, can, require
from trails.preparing import prepare
from trails.trail_packages import read

router = Router(tags=["Packages of trails"])
PATH = "/organizations/{organization}/trails/{trail}/packages"
TURN_SECONDS = 0.5
"""How long an answer works at a package before it tells how far it is."""


@router.post(
    PATH,
    auth=with_key,
    response={202: schemas.TrailPackage, **refusals(400, 403, 404, 409, 411, 413, 415)},
    operation_id="prepare_trail_package",
    summary="Prepare the package of a trail",
    openapi_extra=taking(schemas.TrailPackageIn, required=False),
)
def post_trail_package(
    request: HttpRequest, response: HttpResponse, organization: str, trail: str
) -> Status[schemas.TrailPackage]:
    """Asks for one zip of every workflow that began in a range, as the log holds them now.

    Ask the address in `Location` until `state` is `ready`. It is prepared while you ask, or by a
    worker of the operator's. The same range again, with nothing added to it, gives the package that
    is there. Takes a member.
    """
    actor = actor_of(request)
    found = lookups.trail(actor, organization, trail)
    require(actor, Act.PREPARE_PACKAGES, found.organization)
    body = bodies.read(request, schemas.TrailPackageIn)
    asked = prepare_trail_package(
        actor=actor, trail=found, since=body.begun_after, until=body.begun_before
    )
    answer = answers.trail_package(prepare(asked, TURN_SECONDS))
    response["Location"] = answer.url
    return Status(202, answer)


@router.get(
    PATH,
    auth=anybody,
    response={200: schemas.TrailPackages, **refusals(404)},
    operation_id="list_trail_packages",
    summary="List the packages of a trail",
)
def list_trail_packages(
    request: HttpRequest, organization: str, trail: str
) -> schemas.TrailPackages:
    """Those that are ready; for members also those that are prepared or failed."""
    actor = actor_of(request)
    found = lookups.trail(actor, organization, trail)
    rows = TrailPackage.objects.current().filter(trail=found).order_by("-pk")
    may_prepare = can(actor, Act.PREPARE_PACKAGES, found.organization)
    shown = [
        row
        for row in rows.select_related("trail__organization", "checkpoint")
        if may_prepare or row.is_ready
    ]
    return schemas.TrailPackages(packages=list(map(answers.trail_package, shown)))


@router.get(
    PATH + "/{uuid:package}",
    auth=anybody,
    response={200: schemas.TrailPackage, **refusals(404)},
    operation_id="get_trail_package",
    summary="Get how far a package of a trail is",
)
def get_trail_package(
    request: HttpRequest, organization: str, trail: str, package: uuid.UUID
) -> schemas.TrailPackage:
    """Its state, and once it is ready its exact size and where to download it.

    Each time a member asks, some of the work is done; nothing is done for a stranger.
    """
    actor = actor_of(request)
    found = lookups.trail_package(lookups.trail(actor, organization, trail), package)
    if found.is_preparing and can(actor, Act.PREPARE_PACKAGES, found.trail.organization):
        found = prepare(found, TURN_SECONDS)
    return answers.trail_package(found)


@router.delete(
    PATH + "/{uuid:package}",
    auth=with_key,
    response={204: None, **refusals(403, 404)},
    operation_id="discard_trail_package",
    summary="Discard the package of a trail",
)
def delete_trail_package(
    request: HttpRequest, organization: str, trail: str, package: uuid.UUID
) -> Status[None]:
    """Throws it away. What is recorded stays, and the package can be prepared again."""
    actor = actor_of(request)
    found = lookups.trail_package(lookups.trail(actor, organization, trail), package)
    discard_trail_package(actor=actor, package=found)
    return Status(204, None)


@router.api_operation(
    METHODS,
    PATH + "/{uuid:package}/download",
    auth=anybody,
    response={200: None, **refusals(404, 412, 416)},
    operation_id="download_trail_package",
    summary="Download the package of a trail",
    openapi_extra=giving(ZIP, "A zip that holds a BagIt bag.", etag="Equal tags mean equal bytes."),
)
def download_trail_package(
    request: HttpRequest, organization: str, trail: str, package: uuid.UUID
) -> HttpResponseBase:
    """The zip, whole or from any byte on: a broken download goes on hours or days later."""
    actor = actor_of(request)
    found = lookups.trail_package_to_download(actor, organization, trail, package)
    response = serve(
        request,
        length=found.length or 0,
        etag=found.etag,
        content_type=ZIP,
        filename=found.filename,
        read=partial(read, found),
        headers={"Content-Security-Policy": SANDBOX_POLICY},
    )
    if sends_bytes(request, response):
        note_trail_package(actor=actor, package=found, range=response.headers.get("Content-Range"))
    return response

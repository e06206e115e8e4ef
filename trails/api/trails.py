"""Organizations and audit trails: reading what is visible, and configuring trails."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from trails import lookups
from trails.actions.trails import configure_trail
from trails.api import answers, bodies, paging, schemas
from trails.api.auth import actor_of, anybody, with_key
from trails.api.openapi import refusals, taking
from trails.models import Organization, Trail
from trails.permissions import Act, require

router = Router(tags=["Trails"])


@router.get(
    "/organizations",
    auth=anybody,
    response={200: schemas.Organizations, **refusals(400)},
    operation_id="list_organizations",
    summary="List organizations",
)
def list_organizations(
    request: HttpRequest, query: Query[schemas.PageQuery]
) -> schemas.Organizations:
    """The organizations you belong to, and those with a public trail, by name."""
    paging.refuse_unknown(request, query)
    of = "organizations"
    rows = Organization.objects.visible_to(actor_of(request)).order_by("name")
    if (after := paging.position(query, of)) is not None:
        rows = rows.filter(name__gt=after)
    part = paging.part(request, rows[: query.limit + 1], query.limit, of, lambda row: str(row.name))
    found = [answers.organization(row) for row in part.rows]
    return schemas.Organizations(organizations=found, next=part.next)


@router.get(
    "/organizations/{organization}/trails",
    auth=anybody,
    response={200: schemas.Trails, **refusals(400, 404)},
    operation_id="list_trails",
    summary="List the trails of an organization",
)
def list_trails(
    request: HttpRequest, organization: str, query: Query[schemas.PageQuery]
) -> schemas.Trails:
    """The trails that you may see, by name: all of your own organizations, the public of others."""
    paging.refuse_unknown(request, query)
    actor = actor_of(request)
    found = lookups.organization(actor, organization)
    of = f"trails:{found.pk}"
    rows = (
        Trail.objects.visible_to(actor)
        .filter(organization=found)
        .select_related("organization", "current__record__leaf")
        .defer("current__record__body")
        .order_by("name")
    )
    if (after := paging.position(query, of)) is not None:
        rows = rows.filter(name__gt=after)
    part = paging.part(request, rows[: query.limit + 1], query.limit, of, lambda row: str(row.name))
    return schemas.Trails(trails=[answers.trail(row) for row in part.rows], next=part.next)


@router.put(
    "/organizations/{organization}/trails/{trail}",
    auth=with_key,
    response={
        200: schemas.Trail,
        201: schemas.Trail,
        **refusals(400, 403, 404, 411, 413, 415),
    },
    operation_id="configure_trail",
    summary="Create or configure a trail",
    openapi_extra=taking(schemas.TrailIn, required=False),
)
def put_trail(
    request: HttpRequest, response: HttpResponse, organization: str, trail: str
) -> Status[schemas.Trail]:
    """Creates the trail (201), or writes the next version of its configuration (200).

    What the body leaves out stays as it is; a new trail starts private, without steps. The same
    configuration again changes nothing. Takes the role admin.
    """
    actor = actor_of(request)
    found = lookups.organization(actor, organization)
    require(actor, Act.CONFIGURE_TRAIL, found)
    body = bodies.read(request, schemas.TrailIn)
    done = configure_trail(
        actor=actor, organization=found, name=trail, **body.model_dump(exclude_unset=True)
    )
    answer = answers.trail(done.trail)
    if done.created:
        response["Location"] = answer.url
    return Status(201 if done.created else 200, answer)


@router.get(
    "/organizations/{organization}/trails/{trail}",
    auth=anybody,
    response={200: schemas.Trail, **refusals(404)},
    operation_id="get_trail",
    summary="Get a trail",
)
def get_trail(request: HttpRequest, organization: str, trail: str) -> schemas.Trail:
    """The trail with the configuration in force."""
    return answers.trail(lookups.trail(actor_of(request), organization, trail))

"""The log of an organization for programs: its newest checkpoint, its keys, and consistency proofs.

Tiles and the checkpoint itself have addresses of their own, which C2SP clients know; the answer of
`get_log` names them. What a log shows to whom, and why that is little, is in `trails.web.log`.
"""

import base64

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from evidence.ledger import merkle, reading
from evidence.ledger.cosigned import signed_note
from evidence.ledger.proof_file import Consistency
from evidence.models import Checkpoint, Log
from trails import lookups, sealed
from trails.api import paging, schemas
from trails.api.auth import actor_of, anybody
from trails.api.openapi import refusals, text
from trails.errors import Invalid, NotFound

router = Router(tags=["Log"])
PATH = "/organizations/{organization}/log"


@router.get(
    PATH,
    auth=anybody,
    response={200: schemas.Log, **refusals(404)},
    operation_id="get_log",
    summary="Get the log of an organization",
)
def get_log(request: HttpRequest, organization: str) -> schemas.Log:
    """The tree of hashes over everything that the organization records, and what it signed last.

    Whoever may see the organization may see it. It holds no content.
    """
    found = lookups.organization(actor_of(request), organization)
    newest = reading.last_checkpoint(found.log)
    keys = sealed.keys_of(found.log, newest)
    address = f"{settings.PUBLIC_URL}/{found.name}/log"
    root = bytes(newest.root) if newest else merkle.EMPTY_ROOT
    return schemas.Log(
        origin=found.log.origin,
        size=newest.size if newest else 0,
        root=base64.b64encode(root).decode(),
        checkpoint=signed_note(newest).decode() if newest else None,
        signed_at=newest.at if newest else None,
        keys=[schemas.LogKey(vkey=key.vkey, since=key.at) for key in keys],
        pending=sealed.count_pending(found.log),
        checkpoint_url=f"{address}/checkpoint",
        tiles_url=f"{address}/tile",
        key_url=f"{address}/key",
    )


@router.get(
    PATH + "/consistency",
    auth=anybody,
    response={200: None, **refusals(400, 404)},
    operation_id="get_consistency",
    summary="Get the proof that a log has only grown",
    openapi_extra=text("`old` and its size, a hash a line, an empty line, the checkpoint."),
)
def get_consistency(
    request: HttpRequest,
    organization: str,
    query: Query[schemas.ConsistencyQuery],
) -> HttpResponse:
    """The hashes that tie the tree of `old` records to that of `new` (RFC 6962 §2.1.2).

    It is what a witness is sent (C2SP tlog-witness, `add-checkpoint`). The checkpoint is empty
    where none was signed over exactly `new` records.
    """
    paging.refuse_unknown(request, query)
    log = lookups.organization(actor_of(request), organization).log
    newest = reading.last_checkpoint(log)
    if newest is None:
        raise NotFound(f"The log of '{organization}' has not signed a checkpoint yet.")
    new = newest.size if query.new is None else query.new
    if new > newest.size:
        raise Invalid(
            f"'new' is {new}, and the newest checkpoint covers {newest.size} records: ask for that "
            "or less.",
            field="new",
        )
    if query.old > new:
        raise Invalid(f"'old' is {query.old}, and 'new' only {new}: a log grows.", field="old")
    path = reading.consistency_path(log, query.old, new)
    checkpoint = newest if new == newest.size else _checkpoint_of(log, new)
    note = signed_note(checkpoint) if checkpoint else b""
    body = bytes(Consistency(query.old, path, note))
    return HttpResponse(body, content_type="text/plain; charset=utf-8")


def _checkpoint_of(log: Log, size: int) -> Checkpoint | None:
    return Checkpoint.objects.filter(log=log, size=size).first()

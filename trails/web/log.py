"""An organization's log: the page for people, and what witnesses and monitors read (FORMATS §2).

Threat. The checkpoint and the tiles go to whoever may see the organization, also where most of its
trails are private. They hold hashes of records and nothing else: they tell how many records there
are, and, to whoever watches, at what rhythm new ones come. No content can be guessed out of a hash,
because each record has an id with 74 random bits and the microsecond of its making in it. Entry
bundles, which would be the records themselves, are not served.

What a stranger was given can be in caches for a year, even if the organization hides its last
public trail. That takes nothing back: a tile never changes, and was public when it was given.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from evidence.errors import Corrupt
from evidence.ledger import objections, reading, tiles
from evidence.ledger.cosigned import signed_note
from evidence.models import Log
from trails import lookups, sealed
from trails.actors import STRANGER, Actor
from trails.authentication import actor_of_key, actor_of_session
from trails.errors import NotFound, TrailsError, Unauthenticated
from trails.models import Organization
from trails.web import checking
from trails.web.responses import page

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
# A checkpoint is of use for as long as the next one takes; a tile is of use for ever.
_SHORT = "public, max-age=5"
_FOR_EVER = "public, max-age=31536000, immutable"
_NO_CHECKPOINT = "This log has not signed a checkpoint yet: it does so once a record is sealed."


@login_not_required
@require_safe
def log(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Show the log: its newest checkpoint and keys, what is pending, and how to check it."""
    actor = actor_of_session(request)
    found = lookups.organization(actor, organization)
    is_member = found.pk in actor.organization_ids
    checkpoint = reading.last_checkpoint(found.log)
    pending = sealed.count_pending(found.log)
    keys = sealed.keys_of(found.log, checkpoint)
    is_open = _is_open(found)
    context = {
        "organization": found,
        "log": found.log,
        "checkpoint": checkpoint,
        "note": signed_note(checkpoint).decode() if checkpoint else "",
        "keys": keys,
        "key": keys[0] if keys else None,
        "pending": pending,
        "pending_counted": sealed.PENDING_COUNTED,
        "refusal": objections.refusal(found.log),
        "is_member": is_member,
        "is_open": is_open,
        "vouched": sealed.vouched(checkpoint) if checkpoint else None,
        "addresses": checking.addresses(found, checkpoint.size if checkpoint else 0),
        "commands": checking.log_commands(found, checkpoint, is_open=is_open),
        "verify_command": checking.verify_command("PACKAGE.zip", keys[0].vkey if keys else None),
    }
    # A member is told more than others are.
    return page(request, "log.html", context, public=not is_member)


def _is_open(organization: Organization) -> bool:
    """Tell whether strangers see the organization, and so its log."""
    return Organization.objects.visible_to(STRANGER).filter(pk=organization.pk).exists()


def _for_programs(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Return the view of a log, for keys, sessions and strangers, with its refusals as text.

    What a stranger is given anybody may have, so caches may keep it. What goes to somebody by name
    is kept nowhere: it may be of an organization that does not exist for others.
    """

    @login_not_required
    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, organization: str, **rest: Any) -> HttpResponseBase:
        try:
            actor = _actor_of(request)
            response = view(lookups.organization(actor, organization).log, **rest)
        except (NotFound, Unauthenticated) as error:
            return _refused(error)
        if not actor.is_anonymous:
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Authorization", "Cookie"])
        etag = response["ETag"]
        return get_conditional_response(request, etag=etag, response=response) or response

    return answer


def _actor_of(request: HttpRequest) -> Actor:
    by_key = "Authorization" in request.headers
    return actor_of_key(request) if by_key else actor_of_session(request)


def _refused(error: TrailsError) -> HttpResponse:
    status = 404 if isinstance(error, NotFound) else 401
    response = HttpResponse(f"{error.message}\n", status=status, content_type=TEXT)
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Trailkeeper"'
    return response


def _given(body: bytes, content_type: str, cache_control: str) -> HttpResponse:
    headers = {"Cache-Control": cache_control, "ETag": f'"{hashlib.sha256(body).hexdigest()}"'}
    return HttpResponse(body, content_type=content_type, headers=headers)


@_for_programs
def checkpoint(log: Log) -> HttpResponse:
    """Answer the newest checkpoint, with the cosignatures that it has (C2SP tlog-checkpoint)."""
    newest = reading.last_checkpoint(log)
    if newest is None:
        raise NotFound(_NO_CHECKPOINT)
    return _given(signed_note(newest), TEXT, _SHORT)


@_for_programs
def key(log: Log) -> HttpResponse:
    """Answer the keys of the log, one verification key a line, the one that signs first."""
    keys = sealed.keys_of(log, reading.last_checkpoint(log))
    if not keys:
        raise NotFound(_NO_CHECKPOINT)
    return _given("".join(f"{key.vkey}\n" for key in keys).encode(), TEXT, _SHORT)


@_for_programs
def tile(log: Log, rest: str) -> HttpResponse:
    """Answer a tile, full or partial, under the newest checkpoint (C2SP tlog-tiles)."""
    asked = tiles.parse(f"tile/{rest}")
    if asked is None:
        raise NotFound(
            "This is not the path of a tile: tile/<level>/<index>, the index in groups of three "
            "digits such as x001/x234/067, and .p/<width> after it for a partial one."
        )
    newest = reading.last_checkpoint(log)
    size = newest.size if newest else 0
    width = tiles.width(size, asked.level, asked.index)
    if asked.width > width:
        raise NotFound(
            f"Under the newest checkpoint, over {size} records, this tile has {width} hashes, "
            f"not {asked.width}."
        )
    hashes = reading.tile_hashes(log, asked)
    if len(hashes) != asked.width:
        raise Corrupt(f"{asked.path} of {log} has {len(hashes)} hashes. Run `manage.py fsck`.")
    return _given(b"".join(hashes), BYTES, _FOR_EVER)

"""Very large evidence that a client puts into the store itself: announced, sent, checked, attested.

Only reports and sweeps ask here; how bytes are read and moved is `evidence.vault.s3_direct`, and
when a check takes place `trails.checking`.

Threat. Who knows a digest does not have the bytes: so that nobody attests, and then downloads, what
others have attested, everything that is announced has to be sent, also what the vault has already,
and no answer tells whether it has. An upload is its actor's alone, in one organization; for others
it does not exist. A writer must not fill the store: one upload has a limit, so has what an
organization has under way, and all of it ends after a day. Signed addresses are answered once, and
neither kept nor logged; who has one can write one object that counts for nothing before it is read.
"""

import datetime
import uuid
from collections.abc import Collection, Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from evidence import locks
from evidence.errors import Incomplete, NotAnnounced
from evidence.vault import direct, store
from evidence.vault.digest import Digest
from evidence.vault.direct import Part
from trails.actions.attestations import Upload
from trails.actors import Actor
from trails.errors import Conflict, Invalid, NotFound, TooMuch
from trails.models import DirectUpload, Organization
from trails.models.direct import UploadState
from trails.permissions import Act, require

KEPT_FOR = datetime.timedelta(hours=24)
AT_ONCE = 100
"""Uploads of an organization that are sent or checked at a time."""
_UNDER_WAY = (UploadState.WAITING, UploadState.CHECKING)
_ASKED_AT_ONCE = 500


def announce(
    *, actor: Actor, organization: Organization, sha256: str, size: int
) -> tuple[DirectUpload, list[Part]]:
    """Return an upload that is waited for, and the requests that bring its bytes.

    `Conflict` where the vault takes no such uploads, and beyond what an organization may have under
    way; `TooMuch` beyond `LIMIT_DIRECT_BYTES`.
    """
    require(actor, Act.ATTEST, organization)
    path = direct.path()
    if path is None:
        raise Conflict(
            "The vault of this instance is a folder, and takes files with the attestation itself. "
            "Send the file as a part 'evidence' of the report."
        )
    limit = settings.LIMIT_DIRECT_BYTES
    if size > limit:
        raise TooMuch(
            f"The upload has {size} bytes; the limit is {limit} bytes. Split it into several.",
            limit=limit,
            field="size",
        )
    upload = DirectUpload(
        organization=organization,
        sha256=sha256,
        size=size,
        expires_at=timezone.now() + KEPT_FOR,
        **actor.by_columns,
    )
    _refuse_too_many(organization)
    upload.multipart = path.begin(upload.incoming.name, size)
    try:
        parts = path.sign(upload.incoming, int(KEPT_FOR.total_seconds()))
        with transaction.atomic():
            # One at a time, so that the limit holds for two that come together.
            locks.exclusive("direct-uploads", str(organization.pk))
            _refuse_too_many(organization)
            upload.save(force_insert=True)
    except BaseException:
        path.discard(upload.incoming.name, upload.multipart)
        raise
    return upload, parts


def _refuse_too_many(organization: Organization) -> None:
    rows = DirectUpload.objects.current().filter(organization=organization, state__in=_UNDER_WAY)
    if rows.count() >= AT_ONCE:
        raise Conflict(
            f"{AT_ONCE} uploads of the organization are under way, which is as many as there may "
            "be at a time. Wait until some are ready, or give up what nobody sends."
        )


def mine(actor: Actor, organization: Organization, id: uuid.UUID) -> DirectUpload:
    """Return an upload that the actor has announced; `NotFound` for everybody else."""
    found = DirectUpload.objects.current().of(actor, organization).filter(pk=id).first()
    if found is None:
        raise NotFound(
            f"There is no upload {id} of yours in '{organization.name}'. It may have ended: "
            "announce it again."
        )
    found.organization = organization
    return found


def sent(*, actor: Actor, upload: DirectUpload) -> DirectUpload:
    """Note that all bytes of an upload were sent, so that they are checked; return it as it is.

    `Conflict` when the store does not have all of them. Saying so again changes nothing.
    """
    require(actor, Act.ATTEST, upload.organization)
    path = direct.path()
    if upload.state == UploadState.WAITING and path is not None:
        changes = {"state": UploadState.CHECKING, "reason": ""}
        try:
            path.complete(upload.incoming)
        except Incomplete as error:
            raise Conflict(str(error)) from error
        except NotAnnounced as error:
            changes = {"state": UploadState.FAILED, "reason": str(error)}
        waiting = DirectUpload.objects.filter(pk=upload.pk, state=UploadState.WAITING)
        waiting.update(**changes, expires_at=timezone.now() + KEPT_FOR)
    return mine(actor, upload.organization, upload.pk)


def give_up(*, actor: Actor, upload: DirectUpload) -> None:
    """Forget an upload and what was sent of it. What was attested stays."""
    require(actor, Act.ATTEST, upload.organization)
    forget(upload)


def forget(upload: DirectUpload) -> None:
    """Remove an upload, and what was sent of it, from the store and from here."""
    if (path := direct.path()) is not None:
        path.discard(upload.incoming.name, upload.multipart)
    upload.delete()


# --- Attesting ------------------------------------------------------------------------------------


def ready(
    *, actor: Actor, organization: Organization, named: Sequence[tuple[uuid.UUID, str]]
) -> list[Upload]:
    """Return uploads that the actor names in a report as `attest` takes them, in their order.

    `Invalid` for one that is not the actor's in this organization, `Conflict` for one that is not
    ready, or whose bytes are gone from the vault.
    """
    wanted = {id for id, _name in named}
    rows = DirectUpload.objects.current().of(actor, organization).in_bulk(list(wanted))
    for at, (id, _name) in enumerate(named):
        field = f"uploads.{at}.id"
        if id not in rows:
            raise Invalid(
                f"There is no upload {id} of yours in '{organization.name}'. Announce and send it "
                "first.",
                field=field,
            )
        if not rows[id].is_ready:
            why = f": {rows[id].reason}" if rows[id].reason else ". Ask again until it is ready."
            raise Conflict(f"Upload {id} is {rows[id].state}{why}", field=field)
    _refuse_gone([rows[id] for id in wanted])
    return [Upload(name, direct.placed(_digest(rows[id]))) for id, name in named]


def _digest(upload: DirectUpload) -> Digest:
    return Digest(upload.sha256, crc32=upload.crc32 or 0, size=upload.size)


def _refuse_gone(uploads: Collection[DirectUpload]) -> None:
    by_address = {store.address(upload.sha256): upload for upload in uploads}
    for name in store.storage().absent(by_address) if by_address else ():
        upload = by_address[name]
        reason = "The vault does not have its bytes any more. Upload them again."
        DirectUpload.objects.filter(pk=upload.pk).update(state=UploadState.FAILED, reason=reason)
        raise Conflict(f"Upload {upload.pk} has failed: {reason}", field="uploads")


# --- Sweeping -------------------------------------------------------------------------------------


def awaited(digests: Collection[str]) -> set[str]:
    """Return those of some digests that were uploaded and may still be attested."""
    rows = DirectUpload.objects.current().filter(
        sha256__in=digests, state__in=(UploadState.CHECKING, UploadState.READY)
    )
    return set(rows.values_list("sha256", flat=True))


def sweep() -> int:
    """Forget what has ended, and what came after its end. Return how many uploads there were."""
    count = 0
    ended = DirectUpload.objects.filter(expires_at__lte=timezone.now()).order_by("pk")
    while rows := list(ended[:_ASKED_AT_ONCE]):
        for row in rows:
            forget(row)
        count += len(rows)
    path = direct.path()
    return count + (path.sweep(KEPT_FOR, _still_coming) if path is not None else 0)


def _still_coming(names: Collection[str]) -> set[str]:
    """Return those of some names of incoming uploads that are sent or checked."""
    ids = {}
    for name in names:
        try:
            ids[uuid.UUID(name.rpartition("/")[2])] = name
        except ValueError:
            continue  # nothing of ours, and nothing belongs there
    rows = DirectUpload.objects.current().filter(pk__in=ids, state__in=_UNDER_WAY)
    return {ids[pk] for pk in rows.values_list("pk", flat=True)}

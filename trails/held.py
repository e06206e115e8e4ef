"""Keeps what a person has uploaded until the attestation it belongs to is recorded, for a day.

A form that comes back with an error must not lose gigabytes that have arrived. So uploads of a form
stay in the vault's staging area, and a row says whose they are and for which workflow; nothing here
is evidence yet. Not for reports of programs: those are sent whole, and sent again.

Threat. Somebody else's upload must not become evidence of mine, nor be seen by me: every lookup
names the owner and the workflow. A writer must not fill the disk with uploads that are never
attested: what one person holds has the limits of one report, and ends after a day. Other machines
behind the same address see these files only where they share VAULT_STAGING; where one is not to be
seen, the form says so and asks for it again.
"""

import datetime
import uuid
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from evidence import names
from evidence.vault import staging
from evidence.vault.digest import CHUNK, Digest, Digester
from evidence.vault.staging import Staged
from trails.actions.attestations import Upload
from trails.actors import Actor
from trails.errors import Forbidden, TooMuch
from trails.models import HeldFile, User, Workflow
from trails.permissions import Act, require

KEPT_FOR = datetime.timedelta(hours=24)
_NAME_READ = 1000  # characters of a name, before it is cleaned
_AT_ONCE = 500  # rows that a sweep forgets in one go


def hold(*, actor: Actor, workflow: Workflow, upload: Upload) -> HeldFile:
    """Keep a staged file for its uploader, who must not discard it from then on.

    `Forbidden` for whoever may not attest there, `TooMuch` beyond what one person may hold.
    """
    owner = _owner(actor, workflow)
    digest = upload.staged.digest
    with transaction.atomic():
        # One upload of a person at a time, so that the limits hold for two that come together.
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        require_room(actor, digest.size)
        return HeldFile.objects.create(
            owner=owner,
            workflow=workflow,
            name=names.clean(upload.name[-_NAME_READ:]),
            sha256=digest.sha256,
            crc32=digest.crc32,
            size=digest.size,
            staged=upload.staged.path.name,
        )


def require_room(actor: Actor, size: int) -> None:
    """Return if the actor may hold one file more, of so many bytes; `TooMuch` says when again."""
    held = HeldFile.objects.filter(owner=actor.user, made_at__gt=_horizon()).aggregate(
        files=Count("pk"), bytes=Sum("size"), first=Min("made_at")
    )
    files, bytes_ = held["files"], held["bytes"] or 0
    if files < settings.LIMIT_FILES and bytes_ + size <= settings.LIMIT_REQUEST_BYTES:
        return
    until = (held["first"] or timezone.now()) + KEPT_FOR
    raise TooMuch(
        _(
            "You have %(files)s files with %(bytes)s bytes uploaded and not attested; the limits "
            "are %(most_files)s files and %(most_bytes)s bytes. Attest or remove some, or wait: "
            "the first of them goes at %(until)s UTC."
        )
        % {
            "files": files,
            "bytes": bytes_,
            "most_files": settings.LIMIT_FILES,
            "most_bytes": settings.LIMIT_REQUEST_BYTES,
            "until": f"{until:%Y-%m-%d %H:%M}",
        },
        limit=settings.LIMIT_REQUEST_BYTES,
        field="files",
    )


def held_by(actor: Actor, workflow: Workflow) -> list[HeldFile]:
    """Return what the actor holds for a workflow, in the order in which it came."""
    return list(
        HeldFile.objects.filter(
            owner=actor.user, workflow=workflow, made_at__gt=_horizon()
        ).order_by("id")
    )


def uploads_of(files: Iterable[HeldFile]) -> list[Upload]:
    """Return held files as `attest` takes them; those that are gone from the disk are left out.

    A disk may have changed what lay there for hours, and a record must not name other bytes than
    the vault gets: each is hashed again.
    """
    found = [
        Upload(
            file.name,
            Staged(path_of(file), Digest(file.sha256, crc32=file.crc32, size=file.size)),
        )
        for file in files
    ]
    return [upload for upload in found if _is_whole(upload.staged)]


def path_of(file: HeldFile) -> Path:
    """Return where the bytes of a held file are."""
    return staging.area() / Path(file.staged).name


def let_go(files: Sequence[HeldFile]) -> None:
    """Forget held files: they are evidence by now, or nobody wants them."""
    # Rows first: bytes without a row are swept, a row without bytes would promise something.
    HeldFile.objects.filter(pk__in=[file.pk for file in files]).delete()
    for file in files:
        path_of(file).unlink(missing_ok=True)


def drop(*, actor: Actor, workflow: Workflow, id: uuid.UUID) -> bool:
    """Forget one held file of the actor's for a workflow. Tell whether there was one."""
    _owner(actor, workflow)
    found = [file for file in held_by(actor, workflow) if file.pk == id]
    let_go(found)
    return bool(found)


def sweep() -> int:
    """Forget what has been held for its day. Return how many files there were."""
    count = 0
    ended = HeldFile.objects.filter(made_at__lte=_horizon()).order_by("id")
    while found := list(ended[:_AT_ONCE]):
        let_go(found)
        count += len(found)
    return count


def spared(staged: Collection[str]) -> set[str]:
    """Return those of some staged files, by their names, that somebody holds."""
    return set(HeldFile.objects.filter(staged__in=staged).values_list("staged", flat=True))


def _owner(actor: Actor, workflow: Workflow) -> User:
    require(actor, Act.ATTEST, workflow.trail.organization)
    if actor.user is None:
        raise Forbidden("Only a person holds files. Programs send them with the attestation.")
    return actor.user


def _is_whole(staged: Staged) -> bool:
    digester = Digester()
    try:
        with staged.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digester.update(chunk)
    except FileNotFoundError:
        return False
    return digester.digest() == staged.digest


def _horizon() -> datetime.datetime:
    return timezone.now() - KEPT_FOR

"""Checks of direct uploads: who takes one, how far it is, and what came of it.

Reading is one pass and cannot be divided among requests: a small upload is checked by the request
that says that it was sent, and the others by `manage.py check_uploads`, on as many machines as
wanted. A process that dies loses its pass and nothing else: another one begins again when its time
has run out. Two that check the same come to the same.
"""

import datetime
import logging
import time

from django.utils import timezone

from evidence.errors import Corrupt, Incomplete, NotAnnounced, VaultUnavailable
from evidence.vault import direct
from evidence.vault.digest import Digest
from trails.direct import KEPT_FOR
from trails.models import DirectUpload
from trails.models.direct import UploadState

INLINE = 256 << 20
"""Bytes up to which a request checks what was sent."""
_TAKEN_FOR = datetime.timedelta(minutes=10)  # longer than any one request to the store
_TOLD_EVERY = 5.0  # seconds
_AGAIN_AFTER = datetime.timedelta(seconds=30)  # where the store did not answer


logger = logging.getLogger(__name__)


class Overtaken(Exception):
    """Another process has taken the check, or the upload was given up."""


class _Turn:
    """One process's hold on a check, which it renews while bytes come."""

    def __init__(self, upload: DirectUpload) -> None:
        self._upload, self._told = upload, time.monotonic()

    def watch(self, count: int) -> None:
        """Note how many bytes more were read; tell it, and stay the one who checks, now and then.

        `Overtaken` when somebody else is.
        """
        self._upload.checked += count
        if time.monotonic() - self._told > _TOLD_EVERY:
            self._told = time.monotonic()
            self.keep(checked=self._upload.checked, taken_until=timezone.now() + _TAKEN_FOR)

    def keep(self, **values: object) -> None:
        """Write how far it is, if this process still is at it."""
        upload = self._upload
        mine = DirectUpload.objects.filter(
            pk=upload.pk, state=UploadState.CHECKING, taken_until=upload.taken_until
        )
        values["expires_at"] = timezone.now() + KEPT_FOR
        if not mine.update(**values):
            raise Overtaken
        for name, value in values.items():
            setattr(upload, name, value)


def check(upload: DirectUpload) -> DirectUpload | None:
    """Check an upload that was sent; return it as it is then.

    None where there is nothing to do: another process is at it, or it is gone. `VaultUnavailable`
    when the store does not answer; the check is begun again later.
    """
    taken = _take(upload)
    path = direct.path()
    if taken is None or path is None:
        return None
    turn, incoming = _Turn(taken), taken.incoming
    try:
        try:
            digest = path.check(incoming, turn.watch)
        except (NotAnnounced, Incomplete, Corrupt, FileNotFoundError) as error:
            if isinstance(error, Corrupt):
                logger.error("Upload %s cannot be placed: %s", taken.pk, error)
            turn.keep(state=UploadState.FAILED, reason=str(error), taken_until=None)
        except VaultUnavailable:
            turn.keep(taken_until=timezone.now() + _AGAIN_AFTER, checked=0)
            raise
        else:
            _succeed(turn, digest)
    except Overtaken:
        return None
    # After the row: bytes without one are swept, a row without bytes would be checked in vain.
    path.discard(incoming.name, incoming.multipart)
    return taken


def _succeed(turn: _Turn, digest: Digest) -> None:
    turn.keep(state=UploadState.READY, crc32=digest.crc32, checked=digest.size, taken_until=None)


def is_small(upload: DirectUpload) -> bool:
    """Tell whether a request may check it."""
    return upload.state == UploadState.CHECKING and upload.size <= INLINE


def _take(upload: DirectUpload) -> DirectUpload | None:
    """Take a check, unless somebody else is at it, or it is done."""
    now = timezone.now()
    rows = DirectUpload.objects.current(now).filter(pk=upload.pk, state=UploadState.CHECKING)
    free = rows.exclude(taken_until__gt=now)
    if not free.update(taken_until=now + _TAKEN_FOR, checked=0):
        return None
    return rows.select_related("organization").filter(taken_until=now + _TAKEN_FOR).first()

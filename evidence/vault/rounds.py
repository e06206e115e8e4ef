"""Rounds through all blobs, shared by any number of workers and gone on with after a kill.

A worker takes the next blobs in the order of their digests, and says when it has done them. What
it had taken when it was killed is due again a minute later, for whoever asks then: so in a round
every blob that was there when it began is looked at by somebody who lived to say so.

Knows nothing of what is done with the blobs: that is `scrubbing` and `replica`.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone
from uuid_utils.compat import uuid7

from evidence import locks, raw_rows
from evidence.models import Blob
from evidence.raw_rows import Row
from evidence.vault.rows import Round, RoundPart

LEASE = datetime.timedelta(seconds=60)
"""How long a worker may be silent about what it has taken."""
RENEWED_EVERY = LEASE.total_seconds() / 4

_BLOBS = 100
_BYTES = 256 << 20  # a part of small files ends soon, so that little is done again after a kill

# Rows with a key that is no digest name no bytes. `manage.py fsck` finds them.
_IS_DIGEST = {
    "sqlite": "length(t.sha256) = 64 AND t.sha256 NOT GLOB '*[^0-9a-f]*'",
    "postgresql": "t.sha256 ~ '^[0-9a-f]{64}$'",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Blobs that the caller has taken, with the columns `sha256`, `size` and `crc32`."""

    pk: int
    holder: Any
    blobs: list[Row]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is left to take, and others have not done theirs. `until` is when to ask again."""

    until: datetime.datetime


def begin(work: str, *, anew: bool = False) -> Round:
    """Return the round that is under way, or a new one: where there is none, or `anew`."""
    with transaction.atomic():
        locks.exclusive("round", work)
        running = Round.objects.filter(work=work, ended_at=None).order_by("-number").first()
        if running is not None and not anew:
            return running
        now = timezone.now()
        if running is not None:
            # Who is busy with a part of it ends that part, and finds nothing more to take.
            _end(running, now)
        last = Round.objects.filter(work=work).aggregate(last=Max("number"))["last"] or 0
        return Round.objects.create(work=work, number=last + 1, begun_at=now)


def last_ended(work: str) -> Round | None:
    """Return the newest round that came to its end."""
    ended = Round.objects.filter(work=work, ended_at__isnull=False)
    # One that was broken off has not seen the last digest.
    return ended.filter(after=_THROUGH).order_by("-number").first()


_THROUGH = "~"
"""Stands in `after` of a round that came through: it comes after every digest."""


def take(round: Round, at_most: int | None = None) -> Part | Wait | None:
    """Take the next blobs of a round. None when it is over: every blob was done by somebody."""
    with transaction.atomic():
        locks.exclusive("round", round.work)
        row = Round.objects.get(pk=round.pk)
        if row.ended_at is not None:
            return None
        now = timezone.now()
        parts = RoundPart.objects.filter(round=row)
        left = parts.filter(due_at__lte=now).order_by("pk").first()
        if left is not None:
            left.holder, left.due_at = uuid7(), now + LEASE
            left.save(update_fields=["holder", "due_at"])
            return Part(left.pk, left.holder, _blobs(left.after, left.upto, None))
        if blobs := _next(row.after, min(at_most or _BLOBS, _BLOBS)):
            upto = str(blobs[-1]["sha256"])
            taken = RoundPart.objects.create(
                round=row, after=row.after, upto=upto, due_at=now + LEASE
            )
            Round.objects.filter(pk=row.pk).update(after=upto)
            return Part(taken.pk, taken.holder, blobs)
        busy = parts.order_by("due_at").first()
        if busy is not None:
            return Wait(busy.due_at)
        row.after = _THROUGH
        _end(row, now)
        return None


def renew(part: Part) -> None:
    """Say that the caller is alive and still busy with its part."""
    _held(part).update(due_at=timezone.now() + LEASE)


def done(part: Part, *, blobs: int, size: int, findings: int) -> None:
    """Say that a part is done. Counts nothing if somebody else has taken it over meanwhile."""
    with transaction.atomic():
        held = _held(part).values_list("round", flat=True).first()
        if held is None or not _held(part).delete()[0]:
            return
        Round.objects.filter(pk=held).update(
            blobs=F("blobs") + blobs, bytes=F("bytes") + size, findings=F("findings") + findings
        )


def give_back(part: Part) -> None:
    """Leave a part to whoever asks next."""
    _held(part).update(due_at=timezone.now())


def _held(part: Part) -> Any:
    return RoundPart.objects.filter(pk=part.pk, holder=part.holder)


def _end(round: Round, now: datetime.datetime) -> None:
    round.ended_at = now
    round.save(update_fields=["after", "ended_at"])
    RoundPart.objects.filter(round=round).delete()


def _next(after: str, limit: int) -> list[Row]:
    """Return the blobs after a digest: so many, or fewer when they are large."""
    blobs, size = _blobs(after, None, limit), 0
    for number, row in enumerate(blobs):
        size += row["size"] if isinstance(row["size"], int) else 0
        if size > _BYTES:
            return blobs[: number + 1]
    return blobs


def _blobs(after: str, upto: str | None, limit: int | None) -> list[Row]:
    """Return the blobs between two digests in their order, as they are stored."""
    where, params = [_IS_DIGEST[connection.vendor]], []
    if after:
        where, params = [*where, "t.sha256 > %s"], [after]
    if upto is not None:
        where, params = [*where, "t.sha256 <= %s"], [*params, upto]
    with raw_rows.lenient():
        return raw_rows.select(
            Blob,
            "sha256 size crc32",
            where=where,
            params=params,
            order="t.sha256",
            limit=limit,
        )

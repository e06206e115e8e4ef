"""What a witness has cosigned, in rows; and the order in which it judges, remembers and answers.

Threat. Two requests at once, or a crash at the wrong moment, could make the witness sign two
histories, or an older tree after a newer one. So:

1. The last row of the origin is read and the request is judged against it.
2. What was accepted is written as the row with the next number. Of two writers one comes first;
   the other's number is taken, and it judges again, against the new row.
3. Only after the commit is the cosignature made and handed out.

A crash between 2 and 3 costs nothing: the log asks again from its old size, is told the new one,
and gets its cosignature for what was remembered. Asked again within the hour the witness gives the
same cosignature, so that repeating a request does not fill its memory.

The time of a cosignature is never before that of an earlier one of the same log, even when the
clock was set back: it says that the tree was then the largest that this witness had seen.

Whoever puts an older copy of these rows back makes the witness forget. It answers with the smaller
size and could be led along another history from there: restore the newest copy, or take a new key.
"""

import datetime
import logging

from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.ledger.note import SigningKey
from evidence.models import Witnessed
from evidence.witness.judge import NOTHING, Accepted, Seen, judge
from evidence.witness.logs import Known
from evidence.writing import insert

AGAIN = datetime.timedelta(hours=1)
"""How long a cosignature is given again before it is made anew, with a new time."""
ATTEMPTS = 100
"""How often one request may lose against others of the same log: each time another was served."""

logger = logging.getLogger("evidence.witness")


def cosign(request: bytes, *, known: Known, key: SigningKey) -> bytes:
    """Return the cosignature line for the checkpoint of a request, once it is remembered.

    `Refused` where the checkpoint is not cosigned. Any number of processes may do this at once.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                accepted, at = _accept(request, known)
            break
        except IntegrityError:  # another request took the number
            if attempt == ATTEMPTS:
                raise
    return key.sign(accepted.checkpoint.text, time=int(at.timestamp())).line.encode()


def _accept(request: bytes, known: Known) -> tuple[Accepted, datetime.datetime]:
    """Judge a request against the newest row, and write the next one if it says more."""
    row: Witnessed | None = None

    def last(origin: str) -> Seen:
        nonlocal row
        row = Witnessed.objects.filter(origin=origin).order_by("-number").first()
        return NOTHING if row is None else Seen(row.size, bytes(row.root))

    accepted = judge(request, known, last)
    said = accepted.checkpoint
    now = timezone.now().replace(microsecond=0)
    if row is not None and row.at > now:
        logger.warning(
            "The clock is behind the last cosignature of %r: it gets that one's time, %s.",
            said.origin,
            row.at,
        )
        now = row.at
    if row is not None and row.size == said.size and now - row.at < AGAIN:
        return accepted, row.at
    following = Witnessed(
        origin=said.origin,
        number=1 if row is None else row.number + 1,
        size=said.size,
        root=said.root,
        note=accepted.signed,
        at=now,
    )
    insert([following])
    return accepted, now

"""A server whose clock is wrong: `CLOCK` says by how many seconds, or `jumping`: each time anew.

The clock is that of rows and ids, and of Python's `time.time`. Not that by which threads wait.
"""

import datetime
import os
import random
import secrets
import time
import uuid

import uuid_utils.compat
from django.utils import timezone

DAY = 86_400
_said = os.environ.get("CLOCK", "0")
_chance = random.Random()  # noqa: S311
_now, _time = timezone.now, time.time


def _wrong_by() -> float:
    return _chance.uniform(-DAY, DAY) if _said == "jumping" else float(_said)


def _uuid7() -> uuid.UUID:
    """Return a UUIDv7 of the wrong clock (RFC 9562 §5.7)."""
    milliseconds = int((_time() + _wrong_by()) * 1000)
    random_b = secrets.randbits(62)
    return uuid.UUID(
        int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | random_b
    )


# Before any model is imported, because fields take hold of these functions.
timezone.now = lambda: _now() + datetime.timedelta(seconds=_wrong_by())
time.time = lambda: _time() + _wrong_by()
uuid_utils.compat.uuid7 = _uuid7  # type: ignore[assignment]

from config.wsgi import application  # noqa: E402

__all__ = ["application"]

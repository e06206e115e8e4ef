"""A clock that can be set: what happens in the block happened so many days ago."""

import secrets
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

from django.utils import timezone

from evidence import models

_DAY = 86_400_000_000_000  # nanoseconds


@contextmanager
def days_ago(days: float) -> Iterator[None]:
    """Have the server's clock show an earlier day, and its ids too, which hold the time.

    Only of this process; the database's own clock goes on as it does.
    """
    real = timezone.now

    def old_id() -> uuid.UUID:
        """Return a UUIDv7 of that moment, in the order of time (RFC 9562 §5.7 and §6.2)."""
        milliseconds, rest = divmod(time.time_ns() - int(days * _DAY), 1_000_000)
        number = milliseconds << 80 | 7 << 76 | (rest * 4096 // 1_000_000) << 64
        return uuid.UUID(int=number | 2 << 62 | secrets.randbits(62))

    with (
        mock.patch.object(timezone, "now", lambda: real() - timedelta(days=days)),
        mock.patch.object(models, "uuid7", old_id),
    ):
        yield

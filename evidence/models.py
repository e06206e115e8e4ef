"""Blobs, logs and records: the rows of proof. All of them are written once.

Rows of this app are written by `evidence.vault.store` and `evidence.ledger.log` alone.
"""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from evidence.append_only import AppendOnly


def new_id() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562): unique, and in the order of time."""
    return uuid7()


HEX_SHA256 = RegexValidator(r"\A[0-9a-f]{64}\Z", "A SHA-256 is 64 small hex digits.")


class Blob(AppendOnly):
    """Bytes in the vault, named by their SHA-256. The row exists only once they are durable."""

    sha256 = models.CharField(max_length=64, primary_key=True, validators=[HEX_SHA256])
    size = models.BigIntegerField()
    crc32 = models.BigIntegerField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(size__gte=0), name="blob_size_not_negative"),
            models.CheckConstraint(
                condition=models.Q(crc32__gte=0, crc32__lt=1 << 32), name="blob_crc32_is_32_bits"
            ),
        )

    def __str__(self) -> str:
        return self.sha256


class Log(AppendOnly):
    """A sequence of records that only grows. Its origin is its name to the outside world."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    origin = models.CharField(max_length=400, unique=True)
    begun_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.origin


class Record(AppendOnly):
    """The canonical bytes of one fact, a leaf of a log (FORMATS §1)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="records")
    predicate_type = models.CharField(max_length=100)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64, validators=[HEX_SHA256])
    leaf_hash = models.CharField(max_length=64, validators=[HEX_SHA256])
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["log", "leaf_hash"], name="record_once_per_log"),
        )

    def __str__(self) -> str:
        return f"{self.predicate_type} {self.id}"

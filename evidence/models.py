"""Blobs, logs and records: the rows of proof. All of them are written once.

Blobs are written by `evidence.vault.store` and records by `evidence.ledger.log` alone.
"""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from evidence.append_only import AppendOnly
from evidence.vault import rows as _of_the_vault  # noqa: F401  so that Django finds them
from evidence.vault.check.verdict import Verdict


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


class Pending(models.Model):
    """A record that no checkpoint covers yet. Written with the record, removed by `seal`.

    The database numbers them, so that their order is that of writing, whatever the clocks say. The
    one table here whose rows go away. `manage.py fsck` finds a record that is neither here nor
    a leaf.
    """

    id = models.BigAutoField(primary_key=True)
    record = models.OneToOneField(Record, on_delete=models.PROTECT, db_constraint=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, db_constraint=False, db_index=False)

    class Meta:
        indexes = (models.Index(fields=["log", "id"], name="pending_of_log"),)

    def __str__(self) -> str:
        return f"pending {self.record_id}"


class Leaf(AppendOnly):
    """The place of a record in its log: an index from 0, without gaps, never used twice."""

    record = models.OneToOneField(Record, on_delete=models.PROTECT, primary_key=True)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="leaves", db_index=False)
    index = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["log", "index"], name="leaf_index_once_per_log"),
            models.CheckConstraint(
                condition=models.Q(index__gte=0), name="leaf_index_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.index} {self.record_id}"


class Tile(AppendOnly):
    """A full tile: 256 hashes of one row of the tree, and the root over them (C2SP tlog-tiles)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="tiles", db_index=False)
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["log", "level", "index"], name="tile_once_per_log"),
        )
        # A proof reads the roots of up to 255 tiles in a row, and none of their 8 KB of hashes.
        indexes = (models.Index(fields=["log", "level", "index", "root"], name="tile_roots"),)

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class LogKey(AppendOnly):
    """A key that has signed checkpoints of a log. Old ones stay: what they signed stays proven."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="keys", db_index=False)
    vkey = models.CharField(max_length=600)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["log", "vkey"], name="log_key_once_per_log"),
        )

    def __str__(self) -> str:
        return self.vkey


class Checkpoint(AppendOnly):
    """A signed root over the first `size` records of a log.

    Each names the size of the one before it, and each size has one follower: two writers can never
    sign two continuations of the same history.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    log = models.ForeignKey(
        Log, on_delete=models.PROTECT, related_name="checkpoints", db_index=False
    )
    size = models.BigIntegerField()
    previous_size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField()
    key = models.ForeignKey(LogKey, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["log", "size"], name="checkpoint_size_once"),
            models.UniqueConstraint(fields=["log", "previous_size"], name="checkpoint_never_forks"),
            models.CheckConstraint(
                condition=models.Q(previous_size__gte=0, size__gt=models.F("previous_size")),
                name="checkpoint_never_shrinks",
            ),
        )

    def __str__(self) -> str:
        return f"{self.size}"


class Cosignature(AppendOnly):
    """A witness's signature under a checkpoint: it has seen this size and root, and no other."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="cosignatures", db_index=False
    )
    vkey = models.CharField(max_length=600)
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["checkpoint", "vkey"], name="cosigned_once_per_key"),
        )

    def __str__(self) -> str:
        return self.vkey


class Timestamp(AppendOnly):
    """What a timestamp authority answered about a checkpoint's text (RFC 3161, DER)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="timestamps", db_index=False
    )
    authority = models.CharField(max_length=500)
    token = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["checkpoint", "authority"], name="timestamp_once_per_authority"
            ),
        )

    def __str__(self) -> str:
        return self.authority


class Published(AppendOnly):
    """A checkpoint that witnesses or a timestamp authority have vouched for, as packages carry it.

    Most checkpoints are never published: only the newest one is, now and then. `note` has the
    cosignatures that made the quorum. What comes later is not in it: so a package changes once.
    """

    checkpoint = models.OneToOneField(
        Checkpoint, on_delete=models.PROTECT, primary_key=True, related_name="published"
    )
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="+", db_index=False)
    size = models.BigIntegerField()
    note = models.BinaryField()
    timestamp = models.ForeignKey(
        Timestamp, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["log", "size"], name="published_size_once"),)

    def __str__(self) -> str:
        return f"{self.size}"


class Contradiction(AppendOnly):
    """What others know of a log that contradicts its rows: nothing is signed until it is explained.

    A witness that has seen more records than there are, or another root: the database is an older
    copy, or somebody rewrote it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    log = models.ForeignKey(Log, on_delete=models.PROTECT, related_name="contradictions")
    source = models.CharField(max_length=600)
    size = models.BigIntegerField()
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.reason


class Witnessed(AppendOnly):
    """A checkpoint of another log that this instance has cosigned as its witness.

    Numbered per origin, so that of two requests at once only one can be the next.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    origin = models.CharField(max_length=400)
    number = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    note = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["origin", "number"], name="witnessed_in_turn"),
        )

    def __str__(self) -> str:
        return f"{self.origin} {self.size}"


class VaultCheck(AppendOnly):
    """What came of an attack on the vault's write-once promise (`evidence.vault.check`).

    `vault` is its address, without secrets: a verdict speaks of that address and of no other.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    vault = models.CharField(max_length=2000)
    verdict = models.CharField(max_length=20)
    findings = models.JSONField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="vault_check_has_a_verdict",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verdict} {self.vault}"

"""Rows about how the vault is looked after: rounds through its blobs, findings, copies that wait.

Not about what was recorded: a blob and its digest are in `evidence.models`, which takes these
models in, so that Django finds them. Written by this package alone.
"""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from evidence.append_only import AppendOnly, AppendOnlyQuerySet
from evidence.vault.copies import Copy


class Round(models.Model):
    """One way through all blobs in the order of their digests, by however many workers.

    Its row says where the next worker goes on. A worker that ended without a word is found by its
    `RoundPart`. Ended rounds stay: they say when everything was read last.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    work = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    # The last digest that a worker has taken upon itself.
    after = models.CharField(max_length=64, blank=True)
    blobs = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    findings = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["work", "number"], name="round_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.work} {self.number}"

    @property
    def share(self) -> float:
        """Return about how much of the round is behind, from 0 to 1: digests are spread evenly."""
        if self.ended_at is not None:
            return 1.0
        return int(self.after[:8] or "0", 16) / 0x1_0000_0000


class RoundPart(models.Model):
    """Blobs that a worker is busy with: those after one digest, up to another. Gone when done.

    After `due_at` another worker takes them over, with a `holder` of its own.
    """

    id = models.BigAutoField(primary_key=True)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="parts")
    after = models.CharField(max_length=64, blank=True)
    upto = models.CharField(max_length=64)
    holder = models.UUIDField(default=uuid7)
    due_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.round_id} up to {self.upto}"


class ScrubFindingQuerySet(AppendOnlyQuerySet):
    """The vocabulary of findings."""

    def open(self) -> "ScrubFindingQuerySet":
        """Return the findings that nothing has closed."""
        return self.filter(repair=None)


class ScrubFinding(AppendOnly):
    """Bytes of a blob that were not as recorded when they were read, and in which copy."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    blob = models.ForeignKey(
        "evidence.Blob", on_delete=models.PROTECT, related_name="findings", db_index=False
    )
    vault = models.CharField(max_length=10, choices=[(copy.value, copy.value) for copy in Copy])
    kind = models.CharField(max_length=20)
    reason = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = ScrubFindingQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["blob", "vault"], name="finding_of_copy"),)

    def __str__(self) -> str:
        return f"{self.kind} in {self.vault}: {self.blob_id}"


class Closing(models.TextChoices):
    """How it came that a finding is none any more."""

    RESTORED = "restored"  # from the other copy, by `manage.py repair`
    READ = "read"  # somebody else put the bytes right: they were read again, as recorded
    DISPOSED = "disposed"  # the evidence was disposed of, and with it its bytes


class ScrubRepair(AppendOnly):
    """What closed a finding. `kept_as` is where the damaged bytes are, if there were any."""

    finding = models.OneToOneField(
        ScrubFinding, on_delete=models.PROTECT, primary_key=True, related_name="repair"
    )
    how = models.CharField(max_length=10, choices=Closing.choices)
    kept_as = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.how}: {self.finding_id}"


class Uncopied(models.Model):
    """A blob that is not in the replica yet. Written with the blob, removed when it is there.

    So no blob is forgotten, however late its transaction commits. `due_at` is when it is tried
    next: a worker that takes it moves that on, which keeps others away while it lives.
    """

    id = models.BigAutoField(primary_key=True)
    blob = models.OneToOneField("evidence.Blob", on_delete=models.PROTECT, db_constraint=False)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["due_at", "id"], name="uncopied_due"),)

    def __str__(self) -> str:
        return f"not copied: {self.blob_id}"

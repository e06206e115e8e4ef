"""Packages of whole trails that are being prepared, or are ready to be downloaded.

No fact of the product: what is here follows from what is recorded, can be thrown away and prepared
again byte for byte, and ends by itself. Rows are written by `trails.actions.trail_packages` and
`trails.preparing`.
"""

import datetime

from django.db import models
from django.utils import timezone

from evidence.models import Checkpoint, new_id
from trails.models.by import ByActor
from trails.models.trails import Trail


class PackageState(models.TextChoices):
    """How far a package is."""

    PREPARING = "preparing", "Preparing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class TrailPackageQuerySet(models.QuerySet["TrailPackage"]):
    """The vocabulary of packages of trails."""

    def current(self, now: datetime.datetime | None = None) -> "TrailPackageQuerySet":
        """Return those that have not ended."""
        return self.filter(expires_at__gt=now or timezone.now())

    def preparing(self) -> "TrailPackageQuerySet":
        """Return those that have to be gone on with."""
        return self.current().filter(state=PackageState.PREPARING)


class TrailPackage(ByActor):
    """A package of the workflows of a trail that began in a range, as they are at a checkpoint."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trail = models.ForeignKey(Trail, on_delete=models.PROTECT, related_name="packages")
    # Workflows that began at `since` or later, and before `until`; None: no bound.
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    # Everything of the range that this checkpoint covers, and nothing else, is in the package.
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    note = models.BinaryField()
    timestamp = models.BinaryField(null=True)
    state = models.CharField(
        max_length=20, choices=PackageState.choices, default=PackageState.PREPARING
    )
    # Why it failed, for people.
    reason = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    # How many workflows there are to prepare, and how far it is (`evidence.package.trail.Draft`).
    workflows = models.PositiveIntegerField()
    draft = models.JSONField()
    # The last workflow that is in; None before the first.
    after = models.UUIDField(null=True)
    # Which part of the work is next, and how many turns were taken: who finds another number here
    # than it began with throws its turn away.
    phase = models.CharField(max_length=20)
    turns = models.PositiveIntegerField(default=0)
    taken_until = models.DateTimeField(null=True)
    # Of a ready one.
    length = models.BigIntegerField(null=True)
    etag = models.CharField(max_length=64, blank=True)

    objects = TrailPackageQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["trail", "-id"], name="trail_package_newest"),)

    def __str__(self) -> str:
        return f"{self.trail} {self.state}"

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be downloaded."""
        return self.state == PackageState.READY

    @property
    def is_preparing(self) -> bool:
        """Tell whether it is not ready yet, and will be."""
        return self.state == PackageState.PREPARING

    @property
    def root(self) -> str:
        """Return the one directory that is in the zip."""
        return str(self.draft["root"])

    @property
    def filename(self) -> str:
        """Return what a download is called."""
        return f"{self.root}.zip"

    @property
    def done(self) -> int:
        """Return how many workflows are in it so far."""
        return int(self.draft["workflows"])


class TrailPackageBlock(models.Model):
    """A piece of a package's recipe (`evidence.package.recipe`)."""

    id = models.BigAutoField(primary_key=True)
    package = models.ForeignKey(
        TrailPackage, on_delete=models.CASCADE, related_name="blocks", db_index=False
    )
    section = models.PositiveSmallIntegerField()
    start = models.BigIntegerField()
    size = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["package", "section", "start"], name="trail_package_block_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.section}/{self.start}"

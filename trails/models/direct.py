"""Uploads that clients put into the store of the vault themselves, past the server.

No fact of the product: a row lives for a day or so, is written and removed by `trails.direct` and
`trails.checking`, and leaves no record. What was attested is `Evidence`.
"""

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from evidence.models import HEX_SHA256, new_id
from evidence.vault.direct import Incoming, name_of
from trails.models.accounts import Organization
from trails.models.by import ByActor

if TYPE_CHECKING:
    from trails.actors import Actor


class UploadState(models.TextChoices):
    """How far an upload is."""

    WAITING = "waiting", "Waiting"
    CHECKING = "checking", "Checking"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class DirectUploadQuerySet(models.QuerySet["DirectUpload"]):
    """The vocabulary of direct uploads."""

    def current(self, now: datetime.datetime | None = None) -> "DirectUploadQuerySet":
        """Return those that have not ended."""
        return self.filter(expires_at__gt=now or timezone.now())

    def of(self, actor: "Actor", organization: Organization) -> "DirectUploadQuerySet":
        """Return those that an actor has announced in an organization."""
        return self.filter(organization=organization, by_kind=actor.kind, by_id=actor.id)


class DirectUpload(ByActor):
    """Bytes that one actor has announced and may attest in one organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)
    sha256 = models.CharField(max_length=64, validators=[HEX_SHA256], db_index=True)
    size = models.BigIntegerField()
    # Known when it was read.
    crc32 = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=20, choices=UploadState.choices, default=UploadState.WAITING
    )
    # Why it failed, for people.
    reason = models.TextField(blank=True)
    # The store's id of an upload in parts; it is of no use without our credentials.
    multipart = models.CharField(max_length=1024, blank=True)
    checked = models.BigIntegerField(default=0)
    # Until then a process is at it, and a process that finds another moment here has lost it.
    taken_until = models.DateTimeField(null=True)

    objects = DirectUploadQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["organization", "state"], name="direct_upload_pending"),)

    def __str__(self) -> str:
        return f"{self.sha256} {self.state}"

    @property
    def incoming(self) -> Incoming:
        """Return it as the vault knows it."""
        return Incoming(name_of(self.pk), self.sha256, self.size, self.multipart)

    @property
    def is_ready(self) -> bool:
        """Tell whether it can be attested."""
        return self.state == UploadState.READY

"""Files that a person has uploaded for an attestation which is not recorded yet.

No fact of the product: a row lives for a day at most, is written and removed by `trails.held`, and
leaves no record. What was attested is `Evidence`.
"""

from django.db import models
from django.utils import timezone

from evidence.models import HEX_SHA256, new_id
from trails.models.accounts import User
from trails.models.workflows import Workflow


class HeldFile(models.Model):
    """Staged bytes that one person may attach to an attestation of one workflow."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, validators=[HEX_SHA256])
    crc32 = models.BigIntegerField()
    size = models.BigIntegerField()
    # The name of the file in the staging area, without its folder.
    staged = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.name

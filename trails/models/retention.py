"""Legal holds on evidence, and the tombstones of evidence that was disposed of.

How long evidence is kept is a trail's configuration (`TrailVersion.retention_days`); what follows
from it is judged in `trails.retention`, and done in `trails.actions.holds` and `.disposals`.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from evidence.append_only import AppendOnly, AppendOnlyQuerySet
from evidence.models import Record, new_id
from trails.models.by import ByActor
from trails.models.trails import Trail
from trails.models.workflows import Workflow


class HoldQuerySet(AppendOnlyQuerySet):
    """The vocabulary of holds."""

    def in_force(self) -> "HoldQuerySet":
        """Return those that nobody has released."""
        return self.filter(release__isnull=True)

    def on(self, workflow: Workflow) -> "HoldQuerySet":
        """Return those that keep the evidence of a workflow: its own, and its trail's."""
        its = Q(workflow=workflow) | Q(workflow__isnull=True)
        return self.filter(its, trail_id=workflow.trail_id)

    def of_whole_trails(self) -> "HoldQuerySet":
        """Return those that keep all evidence of a trail."""
        return self.filter(workflow__isnull=True)


class Hold(AppendOnly, ByActor):
    """A legal hold: the evidence of a trail or workflow stays, whatever its retention says."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trail = models.ForeignKey(Trail, on_delete=models.PROTECT, related_name="holds")
    # None: the whole trail, with what will be recorded in it.
    workflow = models.ForeignKey(
        Workflow, null=True, on_delete=models.PROTECT, related_name="holds"
    )
    reason = models.TextField()
    at = models.DateTimeField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = HoldQuerySet.as_manager()

    def __str__(self) -> str:
        return f"hold by {self.by_name}"

    @property
    def scope(self) -> str:
        """Return what it is on, as its record says: `trail` or `workflow`."""
        return "trail" if self.workflow_id is None else "workflow"


class HoldRelease(AppendOnly, ByActor):
    """The end of a hold."""

    hold = models.OneToOneField(
        Hold, primary_key=True, on_delete=models.PROTECT, related_name="release"
    )
    reason = models.TextField()
    at = models.DateTimeField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"release by {self.by_name}"


class Disposal(AppendOnly, ByActor):
    """The tombstone of evidence: whose files are gone, who said so, when, and why.

    A file is disposed of when the number of its attestation is at most the workflow's largest
    `up_to`. Its digest, name and size stay in the attestation and in the log.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="disposals")
    # The number of the last attestation whose files are disposed of.
    up_to = models.PositiveIntegerField()
    # What this disposal added to the ones before: files by name, and their bytes.
    files = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    reason = models.TextField()
    at = models.DateTimeField()
    # The record of its last part: a checkpoint that covers it covers all of them.
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["workflow", "up_to"], name="disposal_up_to_once"),
        )

    def __str__(self) -> str:
        return f"disposal up to #{self.up_to}"


class DisposalPart(AppendOnly):
    """A record of a disposal. A statement names so many digests, so there may be several."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    disposal = models.ForeignKey(Disposal, on_delete=models.PROTECT, related_name="parts")
    # 1, 2, 3 …
    number = models.PositiveIntegerField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["disposal", "number"], name="disposal_part_once"),
        )

    def __str__(self) -> str:
        return f"part {self.number}"

"""Workflows: single runs of a process, and the cached verdict over each."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, models
from django.utils import timezone

from evidence.append_only import AppendOnly, AppendOnlyQuerySet
from evidence.models import Record, new_id
from trails.models.by import ByActor
from trails.models.trails import Trail, TrailVersion, visible
from trails.words import WORKFLOW_ID_LIMIT, WorkflowState

if TYPE_CHECKING:
    from trails.models.retention import Disposal


class WorkflowQuerySet(AppendOnlyQuerySet):
    """The vocabulary of workflows."""

    def visible_to(self, actor: Any) -> "WorkflowQuerySet":
        """Return the workflows of the trails that the actor may read."""
        # Not `trail__in`: planning the query within the query took PostgreSQL longer than both.
        # Of the primary: a replica may not know yet that a trail was made private.
        return self.using(DEFAULT_DB_ALIAS).filter(visible(actor, "trail__"))


class Workflow(AppendOnly, ByActor):
    """One run of a trail's process, under an id that the caller chose. Written once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trail = models.ForeignKey(Trail, on_delete=models.PROTECT, related_name="workflows")
    # The version in force when it began: what its verdict is measured against.
    version = models.ForeignKey(TrailVersion, on_delete=models.PROTECT, related_name="workflows")
    name = models.CharField("id", max_length=WORKFLOW_ID_LIMIT)
    description = models.TextField(blank=True)
    at = models.DateTimeField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = WorkflowQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["trail", "name"], name="workflow_id_once"),)

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> str:
        """Return the name under which records speak of it: `<org>/<trail>/<workflow>`."""
        return f"{self.trail.subject}/{self.name}"

    @cached_property
    def tombstones(self) -> "list[Disposal]":
        """Return what was disposed of, in order: each begins where the one before it ended."""
        return sorted(self.disposals.all(), key=lambda disposal: disposal.up_to)

    @property
    def disposed_up_to(self) -> int:
        """Return the number of the last attestation whose files are disposed of, 0 for none."""
        return self.tombstones[-1].up_to if self.tombstones else 0

    def tombstone_of(self, number: int) -> "Disposal | None":
        """Return what disposed of the files of the attestation with this number, if anything."""
        return next((stone for stone in self.tombstones if number <= stone.up_to), None)


class WorkflowStatus(models.Model):
    """The cached verdict over a workflow, and the lock under which attestations are numbered.

    Can be recomputed from the attestations at any time; `trails.state.judge` is the rule.
    """

    workflow = models.OneToOneField(
        Workflow, primary_key=True, on_delete=models.PROTECT, related_name="status"
    )
    trail = models.ForeignKey(Trail, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=WorkflowState.choices)
    reasons = models.JSONField(default=list)
    # The attestation of each step that counts: {step: [number, verdict, attestation id]}.
    latest = models.JSONField(default=dict)
    attestations = models.PositiveIntegerField(default=0)
    # How many required steps have not been attested.
    missing = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "workflow statuses"
        indexes = (
            models.Index(fields=["trail", "-workflow"], name="status_newest"),
            models.Index(fields=["trail", "state", "-workflow"], name="status_by_state"),
            models.Index(
                fields=["trail", "state", "missing", "-workflow"], name="status_by_missing"
            ),
        )

    def __str__(self) -> str:
        return f"{self.workflow_id} {self.state}"


class StateCount(models.Model):
    """A change of how many workflows of a trail are in a state: their sum is that number.

    A number that every report of a trail changed would be a row that all of them wait for; so each
    writes rows of its own, and now and then somebody adds them up (`trails.actions.counting`). Not
    written once: `manage.py index --recount` counts again.
    """

    id = models.BigAutoField(primary_key=True)
    trail = models.ForeignKey(
        Trail, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    state = models.CharField(max_length=20, choices=WorkflowState.choices)
    change = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=["trail", "state", "change"], name="state_count_of"),)

    def __str__(self) -> str:
        return f"{self.state} {self.change:+}"

"""Audit trails: the identity of a process, and the versions of its configuration."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.append_only import AppendOnly
from evidence.models import Record, new_id
from trails.models.accounts import Organization
from trails.models.by import ByActor
from trails.state import Step
from trails.words import NAME_LIMIT, RETENTION_DAYS_LIMIT, Visibility


def visible(actor: Any, to_trail: str = "") -> Q:
    """Return the condition under which an actor may see a trail: it is public, or theirs.

    `to_trail` leads from the model that is asked for to its trail, as in `trail__`.
    """
    return Q(**{f"{to_trail}current__visibility": Visibility.PUBLIC}) | Q(
        **{f"{to_trail}organization_id__in": actor.organization_ids}
    )


class TrailQuerySet(models.QuerySet["Trail"]):
    """The vocabulary of trails."""

    def visible_to(self, actor: Any) -> "TrailQuerySet":
        """Return public trails and all trails of the actor's organizations."""
        return self.filter(visible(actor))

    def public(self) -> "TrailQuerySet":
        """Return the trails that the world may read."""
        return self.filter(current__visibility=Visibility.PUBLIC)

    def in_use(self) -> "TrailQuerySet":
        """Return the trails that are not archived."""
        return self.filter(archived_at=None)


class Trail(models.Model):
    """The identity of a critical business process. What it is called and demands is a version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="trails")
    name = models.CharField(max_length=NAME_LIMIT)
    # The newest version. Null only inside the transaction that makes the trail.
    current = models.OneToOneField(
        "TrailVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    # Since when nothing may be recorded in it any more, and who said so; None while it is in use.
    archived_at = models.DateTimeField(null=True)
    archived_by = models.CharField(max_length=200, blank=True)

    objects = TrailQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organization", "name"], name="trail_name_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_public(self) -> bool:
        """Tell whether the world may read the trail."""
        return self.version.visibility == Visibility.PUBLIC

    @property
    def is_archived(self) -> bool:
        """Tell whether the trail takes nothing new."""
        return self.archived_at is not None

    @property
    def version(self) -> "TrailVersion":
        """Return the version in force."""
        if self.current is None:
            raise ValueError(f"Trail {self.id} has no version.")
        return self.current

    @property
    def subject(self) -> str:
        """Return the name under which records speak of the trail: `<org>/<trail>`."""
        return f"{self.organization.name}/{self.name}"


class TrailVersion(AppendOnly, ByActor):
    """The configuration of a trail from a moment on. Written once; a change is the next version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    trail = models.ForeignKey(Trail, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    description = models.TextField(blank=True)
    visibility = models.CharField(max_length=20, choices=Visibility.choices)
    # [{"name": "user-identity", "required": true}, …], in order.
    steps = models.JSONField(default=list)
    # For how long evidence is kept, counted from its attestation; None: for ever.
    retention_days = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["trail", "number"], name="trail_version_once"),
            models.CheckConstraint(
                condition=Q(retention_days__gte=1, retention_days__lte=RETENTION_DAYS_LIMIT)
                | Q(retention_days__isnull=True),
                name="retention_days_in_range",
            ),
        )

    def __str__(self) -> str:
        return f"{self.trail} version {self.number}"

    @property
    def template(self) -> list[Step]:
        """Return the steps as `judge` takes them."""
        return [Step(step["name"], step["required"]) for step in self.steps]

    @property
    def step_names(self) -> list[str]:
        """Return the names of the steps, in order."""
        return [step["name"] for step in self.steps]

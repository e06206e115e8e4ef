"""Attestations: immutable records of single process events, with evidence and free data."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef

from evidence.append_only import AppendOnly, AppendOnlyQuerySet
from evidence.models import HEX_SHA256, Blob, Record, new_id
from trails.models.by import ByActor
from trails.models.retention import Disposal
from trails.models.workflows import Workflow
from trails.words import STEP_LIMIT, StepState


class AttestationQuerySet(AppendOnlyQuerySet):
    """The vocabulary of attestations."""

    def visible_to(self, actor: Any) -> "AttestationQuerySet":
        """Return the attestations of the workflows that the actor may read."""
        workflows = Workflow.objects.visible_to(actor)
        return self.using(workflows.db).filter(workflow__in=workflows)


class Attestation(AppendOnly, ByActor):
    """The immutable record of one process event, filed under a step of a workflow."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="attestations")
    step = models.CharField(max_length=STEP_LIMIT)
    # 1, 2, 3 … within the workflow, without gaps.
    number = models.PositiveIntegerField()
    # True, False, or None: recorded without a verdict.
    is_compliant = models.BooleanField(null=True)
    description = models.TextField(blank=True)
    # Evidence kept elsewhere: [{"name", "uri", "digest": {"sha256"}}, …].
    external = models.JSONField(default=list)
    occurred_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    # The list of evidence, where it is too long for the record itself (FORMATS §1).
    evidence_list = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="+")
    # The caller's Idempotency-Key, and the digest of what was reported under it.
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001  null: no key given
    content_sha256 = models.CharField(max_length=64, validators=[HEX_SHA256])

    objects: ClassVar = AttestationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["workflow", "number"], name="attestation_number_once"),
            models.UniqueConstraint(
                fields=["workflow", "by_id", "idempotency_key"], name="idempotency_key_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.step} #{self.number}"

    @property
    def state(self) -> StepState:
        """Return the state that the attestation gives its step."""
        if self.is_compliant is None:
            return StepState.RECORDED
        return StepState.COMPLIANT if self.is_compliant else StepState.NON_COMPLIANT


class EvidenceQuerySet(AppendOnlyQuerySet):
    """The vocabulary of evidence. A file is disposed of with its attestation (`Disposal`)."""

    def disposed(self) -> "EvidenceQuerySet":
        """Return the files that were disposed of."""
        return self.filter(_disposed())

    def kept(self) -> "EvidenceQuerySet":
        """Return the files that nobody has disposed of."""
        return self.filter(~_disposed())


def _disposed() -> Exists:
    of = Disposal.objects.filter(workflow=OuterRef("attestation__workflow"))
    return Exists(of.filter(up_to__gte=OuterRef("attestation__number")))


class Evidence(AppendOnly):
    """A file attached to an attestation: a name and a place in order for bytes in the vault."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    attestation = models.ForeignKey(Attestation, on_delete=models.PROTECT, related_name="evidence")
    position = models.PositiveIntegerField()
    # Safe in a path on every system and unique in its attestation (`evidence.names`).
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=255)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "evidence"
        constraints = (
            models.UniqueConstraint(
                fields=["attestation", "position"], name="evidence_position_once"
            ),
            models.UniqueConstraint(fields=["attestation", "name"], name="evidence_name_once"),
        )

    def __str__(self) -> str:
        return self.name


class UserData(AppendOnly):
    """Free JSON that came with an attestation, as canonical text.

    It stays outside the record, which holds only its digest.
    """

    attestation = models.OneToOneField(
        Attestation, primary_key=True, on_delete=models.PROTECT, related_name="user_data"
    )
    text = models.TextField()
    sha256 = models.CharField(max_length=64, validators=[HEX_SHA256])
    crc32 = models.BigIntegerField()
    size = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "user data"

    def __str__(self) -> str:
        return self.sha256

"""Attestations as pages show them, with a bounded part of their files and free data.

An attestation may have thousands of files and megabytes of user data, a workflow thousands of
attestations: each page shows a part and says how much more there is and where.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, TextField, When

from trails.models import Attestation, Disposal, Evidence, UserData, Workflow
from trails.web.pretty import pretty


@dataclass(frozen=True, slots=True)
class Data:
    """Free data: its facts, and its text laid out for reading unless it is too long here."""

    sha256: str
    size: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An attestation with what a page shows of it. `files` counts all files there are."""

    attestation: Attestation
    is_superseded: bool
    evidence: list[Evidence]
    files: int
    data: Data | None
    # What disposed of its files, if anything did.
    stone: Disposal | None = None

    @property
    def more_files(self) -> int:
        """Return how many files are not shown."""
        return self.files - len(self.evidence)


def attestations_of(workflow: Workflow) -> QuerySet[Any]:
    """Return the attestations of a workflow with their record and number of files."""
    last = Evidence.objects.filter(attestation=OuterRef("pk")).order_by("-position")
    found: QuerySet[Any] = workflow.attestations.select_related("record", "evidence_list").annotate(
        files=Subquery(last.values("position")[:1])
    )
    return found


def entries(
    workflow: Workflow,
    attestations: Sequence[Attestation],
    *,
    files: int,
    data: int,
    files_after: int = 0,
) -> list[Entry]:
    """Return attestations for a page, by three queries whatever their number.

    At most `files` files of each are shown, from the one after `files_after`, and user data up to
    `data` bytes.
    """
    shown = _evidence(attestations, files, files_after)
    free = _data(attestations, data)
    return [
        Entry(
            attestation,
            is_superseded(workflow, attestation),
            shown[attestation.pk],
            getattr(attestation, "files", None) or 0,
            free.get(attestation.pk),
            workflow.tombstone_of(attestation.number),
        )
        for attestation in attestations
    ]


def is_superseded(workflow: Workflow, attestation: Attestation) -> bool:
    """Tell whether a later attestation of the same step counts."""
    counting = workflow.status.latest.get(attestation.step)
    # Less, not unequal: an attestation may have come after the status was read.
    return counting is not None and attestation.number < counting[0]


def _evidence(attestations: Sequence[Attestation], limit: int, after: int) -> Any:
    found: dict[Any, list[Evidence]] = defaultdict(list)
    rows = Evidence.objects.select_related("blob").filter(
        attestation__in=attestations, position__gt=after, position__lte=after + limit
    )
    for evidence in rows.order_by("attestation", "position"):
        found[evidence.attestation_id].append(evidence)
    return found


def _data(attestations: Sequence[Attestation], limit: int) -> dict[Any, Data]:
    # The text of longer data is not even fetched.
    text = Case(When(size__lte=limit, then=F("text")), output_field=TextField(null=True))
    rows = UserData.objects.filter(attestation__in=attestations).annotate(shown=text)
    return {
        pk: Data(sha256, size, pretty(shown) if shown is not None else None)
        for pk, sha256, size, shown in rows.values_list("pk", "sha256", "size", "shown")
    }

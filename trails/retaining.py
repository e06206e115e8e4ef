"""Applies retention and holds to the store of the vault, where the store can enforce them.

The rows decide: what they keep, no act of ours disposes of. An S3 store with Object Lock keeps the
same bytes against everybody else, too. Here it is told, right after an attestation and, for what
has changed since, by `manage.py retain`. Told twice, it is the same.
"""

import datetime
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from evidence.vault import retaining
from evidence.vault.retaining import Wish
from trails import counts, keeping
from trails.models import Attestation, Evidence, Hold, TrailVersion
from trails.retention import Term, kept_until

_PAGE = 200  # attestations
# Ids are in the order of time, but for clocks that differ and transactions that take long.
_OVERLAP = datetime.timedelta(minutes=15)


@dataclass(slots=True)
class _Rules:
    """What applies to a trail: its terms, what is held in it, and what has been."""

    terms: list[Term]
    whole_held: bool = False
    whole_released: bool = False
    held: set[uuid.UUID] = field(default_factory=set)
    released: set[uuid.UUID] = field(default_factory=set)

    @property
    def ask_something(self) -> bool:
        """Tell whether there is anything to ask a store for."""
        holds = self.whole_held or self.whole_released or self.held or self.released
        return bool(holds) or any(term.days is not None for term in self.terms)

    def is_held(self, workflow: uuid.UUID) -> bool | None:
        """Tell whether a workflow is held; None where no hold ever was on it."""
        if self.whole_held or workflow in self.held:
            return True
        return False if self.whole_released or workflow in self.released else None


@dataclass(frozen=True, slots=True)
class Applied:
    """A page of what was asked for: the last attestation, how many blobs, what was refused."""

    last: uuid.UUID
    blobs: int
    refused: list[str]


def after_attesting(attestations: Sequence[Attestation]) -> None:
    """Have the store keep what attestations of a trail have just brought.

    Its errors are the caller's.
    """
    trail = attestations[0].workflow.trail_id
    rules = {trail: _rules_of(trail)}
    for start in range(0, len(attestations), _PAGE):
        retaining.ask(_wishes(attestations[start : start + _PAGE], rules))


def apply(
    *, after: uuid.UUID | None = None, since: datetime.datetime | None = None
) -> Iterator[Applied]:
    """Apply the rules of all trails to the evidence of all attestations, page by page.

    `after` goes on behind an attestation. `since` leaves out what was told before that moment, and
    is under the same rules as then.
    """
    rows = Attestation.objects.select_related("workflow").only(
        "number", "at", "evidence_list_id", "workflow__trail_id"
    )
    if since is not None:
        newer = Q(pk__gte=counts.first_id(since - _OVERLAP))
        rows = rows.filter(newer | Q(workflow__trail__in=_changed(since - _OVERLAP)))
    rules: dict[uuid.UUID, _Rules] = {}
    while page := list(rows.filter(Q(pk__gt=after) if after else Q()).order_by("pk")[:_PAGE]):
        for row in page:
            if row.workflow.trail_id not in rules:
                rules[row.workflow.trail_id] = _rules_of(row.workflow.trail_id)
        wishes = _wishes(page, rules)
        after = page[-1].pk
        yield Applied(after, len(wishes), retaining.ask(wishes))


def _changed(since: datetime.datetime) -> set[uuid.UUID]:
    """Return the trails whose versions or holds have changed since."""
    versions = TrailVersion.objects.filter(at__gte=since).values_list("trail_id", flat=True)
    holds = Hold.objects.filter(Q(at__gte=since) | Q(release__at__gte=since))
    return {*versions, *holds.values_list("trail_id", flat=True)}


def _rules_of(trail: uuid.UUID) -> _Rules:
    rules = _Rules(keeping.terms_of(trail))
    holds = Hold.objects.filter(trail=trail).values_list("workflow_id", "release")
    for workflow, release in holds:
        if workflow is None:
            rules.whole_held |= release is None
            rules.whole_released |= release is not None
        else:
            (rules.held if release is None else rules.released).add(workflow)
    return rules


def _wishes(attestations: Sequence[Attestation], rules: dict[uuid.UUID, _Rules]) -> list[Wish]:
    """Return what is to be asked for the bytes of attestations: evidence, and lists of evidence."""
    now = timezone.now()
    by_id = {row.pk: row for row in attestations if rules[row.workflow.trail_id].ask_something}
    files = Evidence.objects.kept().filter(attestation__in=list(by_id))
    named = [*files.values_list("attestation_id", "blob_id")]
    named += [(pk, row.evidence_list_id) for pk, row in by_id.items() if row.evidence_list_id]
    wishes: dict[Wish, None] = {}
    for pk, sha256 in named:
        row = by_id[pk]
        its = rules[row.workflow.trail_id]
        until, held = kept_until(row.at, its.terms), its.is_held(row.workflow_id)
        if until is not None and until <= now:
            until = None  # no store takes a day that is over
        if until is not None or held is not None:
            wishes[Wish(sha256, until, held)] = None
    released = {wish.sha256 for wish in wishes if wish.held is False}
    held_elsewhere = _held(released)
    return [
        replace(wish, held=None) if wish.held is False and wish.sha256 in held_elsewhere else wish
        for wish in wishes
    ]


def _held(digests: Collection[str]) -> set[str]:
    """Return those of some digests that a file or list under a hold in force has, too."""
    if not digests:
        return set()
    within = Hold.objects.in_force()
    its_own = Exists(within.filter(workflow=OuterRef("workflow")))
    its_trail = Exists(within.of_whole_trails().filter(trail=OuterRef("workflow__trail")))
    held = Attestation.objects.filter(its_own | its_trail)
    files = Evidence.objects.filter(blob__in=digests, attestation__in=held)
    lists = held.filter(evidence_list__in=digests)
    return {*files.values_list("blob_id", flat=True)} | {
        sha256 for sha256 in lists.values_list("evidence_list_id", flat=True) if sha256
    }

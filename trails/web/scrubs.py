"""What is known of the bytes of an organization's evidence: when they were read, and what is wrong.

Shown on the vault's page. Threat. The vault is shared by all organizations: of findings, those are
shown whose files the organization has itself, and nothing of how large the vault is or where it
stands. Reasons may hold paths of the server, so a finding is told in words of our own.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from evidence.findings import Kind
from evidence.vault import copies, replica, rounds, scrubbing
from evidence.vault.copies import Copy
from evidence.vault.rows import Round, ScrubFinding
from trails.models import Attestation, Evidence, Organization
from trails.web.paging import Page, take

SHOWN = 20
COPIES = {Copy.VAULT: gettext_lazy("The vault"), Copy.REPLICA: gettext_lazy("The replica")}
WRONG = {
    Kind.MISSING: gettext_lazy("its bytes are gone"),
    Kind.ALTERED: gettext_lazy("it holds other bytes"),
    Kind.MALFORMED: gettext_lazy("it cannot be read"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """When a copy was read whole last, and how far the round is that is under way."""

    name: str | Promise
    last: datetime.datetime | None
    running: int | None


@dataclass(frozen=True, slots=True)
class Wrong:
    """A finding with one of the organization's files that it is about; None for a list of files."""

    row: ScrubFinding
    evidence: Evidence | None

    @property
    def copy(self) -> str | Promise:
        """Return which copy is meant."""
        return COPIES[Copy(self.row.vault)]

    @property
    def said(self) -> str | Promise:
        """Return in words what is wrong."""
        return WRONG.get(Kind(self.row.kind), self.row.kind)


def looked_after(organization: Organization) -> dict[str, Any]:
    """Return what `settings/vault_scrub.html` shows to an organization."""
    has_replica = copies.has_replica()
    return {
        "readings": [_reading(copy) for copy in copies.kept()],
        "lag": replica.lag() if has_replica else None,
        "has_replica": has_replica,
        "wrong": _wrong(organization),
    }


def _reading(copy: Copy) -> Reading:
    last = rounds.last_ended(scrubbing.work(copy))
    running = Round.objects.filter(work=scrubbing.work(copy), ended_at=None).first()
    return Reading(
        COPIES[copy],
        last.ended_at if last else None,
        round(running.share * 100) if running else None,
    )


def _wrong(organization: Organization) -> Page[Wrong]:
    named = Evidence.objects.filter(
        blob=OuterRef("blob"), attestation__workflow__trail__organization=organization
    )
    lists = Attestation.objects.filter(
        evidence_list=OuterRef("blob"), workflow__trail__organization=organization
    )
    theirs = ScrubFinding.objects.open().filter(Exists(named) | Exists(lists))
    newest = Subquery(named.order_by("-pk").values("pk")[:1])
    rows = list(theirs.annotate(newest=newest).order_by("-pk")[: SHOWN + 1])
    files = Evidence.objects.select_related("attestation__workflow__trail__organization").in_bulk(
        [row.newest for row in rows if row.newest]
    )
    return take((Wrong(row, files.get(row.newest)) for row in rows), SHOWN)

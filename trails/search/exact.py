"""What a text names exactly: a workflow by its id, an attestation by its own, evidence by a digest.

Not a search for words (`trails.search.find`): each of the three is one walk of an index that is
there anyway, among what the actor may see.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection
from django.db.models.expressions import RawSQL

from evidence.models import Blob
from trails.actors import Actor
from trails.models import Attestation, Evidence, Trail, Workflow
from trails.models.trails import visible
from trails.search.find import patience
from trails.words import WORKFLOW_ID, WORKFLOW_ID_LIMIT

DIGEST_LENGTH = 8
"""Hex digits of a digest that are enough: about one in four thousand million files has them."""
TRAILS = 1000
"""The newest trails in which a workflow's id is looked up, one by one through their index."""
_BLOBS = 50
_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{8,64})", re.IGNORECASE)
_WORKFLOW_PARTS = ("trail__organization", "trail__current", "version", "status")


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: evidence with its attestation, an attestation, or a workflow alone."""

    workflow: Workflow
    attestation: Attestation | None = None
    evidence: Evidence | None = None


def matches(actor: Actor, text: str, limit: int = 20) -> list[Match]:
    """Return what a text names among what the actor may see, newest first of each kind."""
    text = text.strip()
    with patience():
        found = islice(_every(actor, text, limit), limit)
        return list(found)


def _every(actor: Actor, text: str, limit: int) -> Iterator[Match]:
    yield from _workflows(actor, text, limit)
    yield from _attestations(actor, text)
    yield from _evidence(actor, text, limit)


def _workflows(actor: Actor, text: str, limit: int) -> Iterator[Match]:
    if len(text) > WORKFLOW_ID_LIMIT or not WORKFLOW_ID.fullmatch(text):
        return
    trails = Trail.objects.visible_to(actor).order_by("-pk").values_list("pk", flat=True)
    rows = Workflow.objects.filter(trail__in=list(trails[:TRAILS]), name=text)
    for row in rows.select_related(*_WORKFLOW_PARTS).order_by("-pk")[:limit]:
        yield Match(row)


def _attestations(actor: Actor, text: str) -> Iterator[Match]:
    try:
        id = uuid.UUID(text)
    except ValueError:
        return
    parts = [f"workflow__{part}" for part in _WORKFLOW_PARTS]
    rows = Attestation.objects.visible_to(actor).filter(pk=id)
    for row in rows.select_related("workflow", *parts):
        yield Match(row.workflow, row)


def _evidence(actor: Actor, text: str, limit: int) -> Iterator[Match]:
    digits = _HEX.fullmatch(text)
    if digits is None:
        return
    beginning = digits[1].lower()
    # A range of keys, not LIKE, which walks no index on SQLite. After the last digit comes a `g`.
    blobs = Blob.objects.filter(sha256__gte=beginning, sha256__lt=beginning + "g")
    keys = list(blobs.order_by("sha256").values_list("sha256", flat=True)[:_BLOBS])
    parts = [f"attestation__workflow__{part}" for part in _WORKFLOW_PARTS]
    rows = Evidence.objects.filter(visible(actor, "attestation__workflow__trail__"), blob__in=keys)
    # SQLite's index over the blobs of evidence is in the order of writing, which is that of ids; it
    # would fetch and sort all that a file which everybody attests belongs to.
    place = RawSQL('"trails_evidence"."rowid"', [])
    newest = place.desc() if connection.vendor == "sqlite" else "-pk"
    for row in rows.select_related("attestation__workflow", *parts, "blob").order_by(newest)[
        :limit
    ]:
        yield Match(row.attestation.workflow, row.attestation, row)

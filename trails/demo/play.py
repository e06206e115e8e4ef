"""Plays the script: configures trails, begins workflows, attests and holds, through actions.

What has been played already is left alone, so a second run changes nothing and a run after an
interruption goes on where the first one stopped.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from evidence.vault import store
from trails.actions.attestations import Report, Upload, attest, canonical_json
from trails.actions.holds import place_hold
from trails.actions.trails import configure_trail
from trails.actions.workflows import begin_workflow
from trails.demo.cast import Cast
from trails.demo.script import AttestationScript, Reporter, TrailScript, WorkflowScript
from trails.models import Attestation, Hold, Trail, Workflow


@dataclass(slots=True)
class Played:
    """What the script holds, and how many of its attestations this run has made."""

    trails: int = 0
    workflows: int = 0
    attestations: int = 0
    files: int = 0
    new: int = 0


def play(cast: Cast, scripts: Iterable[TrailScript]) -> Played:
    """Bring the database to what the scripts say happened."""
    played = Played()
    for script in scripts:
        played.trails += 1
        _play_trail(cast, script, played)
    return played


def _play_trail(cast: Cast, script: TrailScript, played: Played) -> None:
    trail = Trail.objects.filter(organization=cast.organization, name=script.name).first()
    for number, version in enumerate(script.versions, start=1):
        # A trail that has this version, or later ones that a visitor wrote, stays as it is.
        if trail is None or trail.version.number < number:
            trail = configure_trail(
                actor=cast.actors[Reporter.ADMIN],
                organization=cast.organization,
                name=script.name,
                description=version.description,
                visibility=version.visibility,
                steps=version.steps,
                retention_days=version.retention_days,
            ).trail
        for workflow in version.workflows:
            played.workflows += 1
            _play_workflow(cast, trail, workflow, played)
    if script.hold and trail is not None:
        _hold(cast, trail, script.hold)


def _play_workflow(cast: Cast, trail: Trail, script: WorkflowScript, played: Played) -> None:
    workflow = (
        Workflow.objects.select_related("trail__organization__log", "version", "record")
        .filter(trail=trail, name=script.id)
        .first()
    )
    if workflow is None:
        workflow = begin_workflow(
            actor=cast.actors[script.by],
            trail=trail,
            id=script.id,
            description=script.description,
        ).workflow
    done = set(
        Attestation.objects.filter(
            workflow=workflow, by_id__in=[actor.id for actor in cast.actors.values()]
        ).values_list("idempotency_key", flat=True)
    )
    for number, attestation in enumerate(script.attestations, start=1):
        key = f"demo-{number}-{attestation.step}"
        played.attestations += 1
        played.files += len(attestation.files)
        if key not in done:
            played.new += _attest(cast, workflow, attestation, key)


def _attest(cast: Cast, workflow: Workflow, script: AttestationScript, key: str) -> bool:
    """Attest once. The key makes it once even where two runs meet."""
    uploads: list[Upload] = []
    try:
        for file in script.files:
            uploads.append(Upload(file.name, store.stage([file.write()])))
        return attest(
            actor=cast.actors[script.by],
            workflow=workflow,
            report=Report(
                step=script.step,
                is_compliant=script.is_compliant,
                description=script.description,
                user_data=canonical_json(script.user_data, limit=settings.LIMIT_JSON_BYTES),
                external=script.external,
                occurred_at=script.occurred_at,
            ),
            uploads=uploads,
            idempotency_key=key,
        ).created
    finally:
        for upload in uploads:
            upload.staged.discard()


def _hold(cast: Cast, trail: Trail, reason: str) -> None:
    """Place the hold once: one that a visitor has released is not placed again."""
    with transaction.atomic():
        # Another demo that runs at this moment waits here, and then finds the hold.
        Trail.objects.select_for_update(no_key=True).get(pk=trail.pk)
        if not Hold.objects.filter(trail=trail, reason=reason).exists():
            actor = cast.actors[Reporter.ADMIN]
            place_hold(actor=actor, trail=trail, workflow=None, reason=reason)

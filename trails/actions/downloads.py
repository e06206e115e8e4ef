"""The act of downloading. It changes nothing, and it leaves an activity: who took what, and when.

Not for deciding who may read (the lookups do) nor for how bytes are sent (`trails.http.ranges`).
"""

from enum import StrEnum
from typing import Any

from trails.actions import records
from trails.actors import Actor
from trails.models import Activity, Evidence, Trail, TrailPackage, Workflow


class Download(StrEnum):
    """What can be downloaded, as the verb of the activity."""

    EVIDENCE = "evidence.downloaded"
    PACKAGE = "package.downloaded"
    PREVIEW = "evidence.previewed"
    WORKFLOWS = "workflows.exported"
    ATTESTATIONS = "attestations.exported"


def note_download(
    *, actor: Actor, workflow: Workflow, what: Download, details: dict[str, Any]
) -> Activity | None:
    """Write that the actor downloads something of a workflow, which they were let see.

    Nothing is written for a stranger, who has no name, and gives None. Call it for every answer
    that hands out bytes, parts too: whoever leaves out the first byte of a zip has it all the same.
    """
    if actor.is_anonymous:
        return None
    return records.note(
        workflow.trail.organization,
        actor=actor,
        verb=what,
        subject=workflow.subject,
        details=details,
    )


def note_evidence(
    *,
    actor: Actor,
    workflow: Workflow,
    file: Evidence,
    what: Download = Download.EVIDENCE,
    **more: Any,
) -> Activity | None:
    """Write that the actor takes or looks at a file; `more` says which part of it, and how."""
    details = {
        "attestation": str(file.attestation_id),
        "evidence": str(file.pk),
        "name": file.name,
        "sha256": file.blob.sha256,
    }
    return note_download(actor=actor, workflow=workflow, what=what, details=details | more)


def note_export(
    *, actor: Actor, trail: Trail, details: dict[str, Any], what: Download = Download.WORKFLOWS
) -> Activity | None:
    """Write that the actor takes a list of all that is in a trail, which they were let see.

    As of a download, nothing is written for a stranger, and that gives None.
    """
    if actor.is_anonymous:
        return None
    return records.note(
        trail.organization,
        actor=actor,
        verb=what,
        subject=trail.subject,
        details=details,
    )


def note_trail_package(
    *, actor: Actor, package: TrailPackage, range: str | None
) -> Activity | None:
    """Write that the actor downloads the package of a trail, or a range of it.

    As of a download, nothing is written for a stranger, and that gives None.
    """
    if actor.is_anonymous:
        return None
    details = {"package": str(package.pk), "etag": package.etag, "size": package.length}
    return records.note(
        package.trail.organization,
        actor=actor,
        verb=Download.PACKAGE,
        subject=package.trail.subject,
        details=details | {"range": range},
    )

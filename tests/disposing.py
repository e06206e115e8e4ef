"""How a test disposes of evidence: it sets a retention, lets days go by, and acts as the owner."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone

from tests.plugins.world import World
from trails import erasing
from trails.actions.disposals import dispose_of_evidence
from trails.actions.trails import configure_trail
from trails.models import Disposal, Trail, Workflow

RETENTION_DAYS = 30
REASON = "Retention has ended."


@contextmanager
def days_later(days: float) -> Iterator[None]:
    """Let the server's clock be so many days ahead, inside the block."""
    now = timezone.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now() + datetime.timedelta(days=days))
        yield


def retain(world: World, trail: Trail, days: int | None = RETENTION_DAYS) -> None:
    """Let a trail ask for a retention of so many days."""
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name=trail.name,
        retention_days=days,
    )


def dispose(world: World, workflow: Workflow, up_to: int, *, reason: str = REASON) -> Disposal:
    """Dispose of a workflow's files after the end of their retention, and remove their bytes."""
    with days_later(RETENTION_DAYS + 1):
        disposal = dispose_of_evidence(
            actor=world.actor("owner"),
            workflow=workflow,
            up_to=up_to,
            reason=reason,
            confirm=workflow.name,
        )
    erasing.finish()
    return disposal

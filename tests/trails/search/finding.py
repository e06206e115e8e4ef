"""Searches for tests, told in few words."""

from typing import Any

from tests.plugins.world import World
from trails.actors import STRANGER
from trails.search.find import Hit, hits
from trails.search.words import parse


def found(world: World, who: str | None, typed: str, **scope: Any) -> list[str]:
    """Search as somebody, or as nobody; return `workflow` or `workflow/number` of each hit."""
    actor = STRANGER if who is None else world.actor(who)
    return [told(hit) for hit in hits(actor, parse(typed), limit=50, **scope).rows]


def told(hit: Hit) -> str:
    """Return which event a hit is."""
    number = f"/{hit.attestation.number}" if hit.attestation else ""
    return f"{hit.workflow.name}{number}"

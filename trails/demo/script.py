"""The shape of the demo's script: which trails there are and what happened in them. Pure.

Bytes are written late, when an attestation is played, so that a script is cheap to build and an
interrupted demo has reported what came before the interruption and nothing else.
"""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Reporter(StrEnum):
    """Who reports."""

    AUTOMATION = "automation"
    WRITER = "writer"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class FileScript:
    """A file of evidence: its name, and what writes its bytes, equal on each call."""

    name: str
    write: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class AttestationScript:
    """What a reporter says of one event."""

    step: str
    is_compliant: bool | None
    description: str
    occurred_at: datetime.datetime
    files: Sequence[FileScript] = ()
    by: Reporter = Reporter.AUTOMATION
    user_data: Mapping[str, Any] | None = None
    external: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class WorkflowScript:
    """One run of a process, from its beginning to whatever became of it."""

    id: str
    description: str
    attestations: Sequence[AttestationScript]
    by: Reporter = Reporter.AUTOMATION


@dataclass(frozen=True, slots=True)
class VersionScript:
    """A configuration of a trail, and the workflows that began while it was in force."""

    description: str
    visibility: str
    steps: Sequence[dict[str, Any]]
    workflows: Sequence[WorkflowScript]
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class TrailScript:
    """An audit trail with all its versions, oldest first, and why it is under a legal hold."""

    name: str
    versions: Sequence[VersionScript]
    hold: str = ""  # the reason; without one there is no hold


def required(*names: str) -> list[dict[str, Any]]:
    """Return steps that a complete workflow must show."""
    return [{"name": name, "required": True} for name in names]


def optional(*names: str) -> list[dict[str, Any]]:
    """Return steps that a workflow may show."""
    return [{"name": name, "required": False} for name in names]


def at(day: str, time: str) -> datetime.datetime:
    """Return a moment in UTC: `at("2026-11-03", "09:15")`."""
    return datetime.datetime.fromisoformat(f"{day}T{time}:00+00:00")


def after(moment: datetime.datetime, minutes: int) -> datetime.datetime:
    """Return the moment so many minutes later."""
    return moment + datetime.timedelta(minutes=minutes)

"""What differs between two versions of a trail's configuration, for people to read. Pure.

Threat. Comparing texts line by line takes the square of their length and more, and an admin may
write ten thousand lines; whoever opens the page would pay. So long texts are shown whole instead.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

LINES_COMPARED = 400

ADDED, REMOVED, MOVED, REQUIRED, OPTIONAL = "added", "removed", "moved", "required", "optional"
SAME, CUT = "same", "cut"


class Version(Protocol):
    """As much of a version as is compared."""

    description: str
    visibility: str
    steps: list[dict[str, Any]]
    retention_days: int | None


@dataclass(frozen=True, slots=True)
class StepChange:
    """What became of one step: `place` is where it is now, `was` where it was, counted from 1."""

    kind: str
    name: str
    place: int | None = None
    was: int | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the description: added, removed, the same, or a place where lines are left out."""

    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs. `visibility` is the new one, None where it stayed.

    `retention_days` are the new ones, None for ever, where `retention_changed`.
    """

    steps: list[StepChange]
    description: list[Line]
    visibility: str | None
    retention_changed: bool = False
    retention_days: int | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether both say the same."""
        return not (self.steps or self.description or self.visibility or self.retention_changed)


def differences(before: Version, after: Version) -> Difference:
    """Return what changed from one version to another, in the order in which one reads it."""
    return Difference(
        steps=list(_steps(before.steps, after.steps)),
        description=_lines(before.description, after.description),
        visibility=after.visibility if after.visibility != before.visibility else None,
        retention_changed=after.retention_days != before.retention_days,
        retention_days=after.retention_days,
    )


def _steps(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Iterator[Any]:
    was = {step["name"]: (place, step["required"]) for place, step in enumerate(before, start=1)}
    now = {step["name"]: (place, step["required"]) for place, step in enumerate(after, start=1)}
    for name, (place, _required) in was.items():
        if name not in now:
            yield StepChange(REMOVED, name, was=place)
    moved = _moved([name for name in was if name in now], [name for name in now if name in was])
    for name, (place, required) in now.items():
        if name not in was:
            yield StepChange(ADDED, name, place=place, required=required)
            continue
        earlier, was_required = was[name]
        if name in moved:
            yield StepChange(MOVED, name, place=place, was=earlier)
        if required != was_required:
            yield StepChange(REQUIRED if required else OPTIONAL, name, place=place)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the names that changed their order: all but one longest run of those that kept it."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    kept = {
        name
        for start, _other, length in matcher.get_matching_blocks()
        for name in before[start : start + length]
    }
    return set(after) - kept


def _lines(before: str, after: str) -> list[Line]:
    if before == after:
        return []
    old, new = before.split("\n") if before else [], after.split("\n") if after else []
    if max(len(old), len(new)) > LINES_COMPARED:
        return [Line(REMOVED, before)] * bool(old) + [Line(ADDED, after)] * bool(new)
    found: list[Line] = []
    # The first two lines name the files, of which there are none here.
    for line in list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]:
        if line.startswith("@@"):
            found += [Line(CUT)] if found else []
        else:
            found.append(Line({"+": ADDED, "-": REMOVED}.get(line[0], SAME), line[1:]))
    return found

"""What a check of the vault found, and the verdict over it. Pure: reads and writes nothing.

Threat. A store says that it locks objects, and does not; or its answer is believed in place of its
deeds. So each attempt keeps what was answered apart from what was found by a fresh read, and the
verdict looks at what was found alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# What makes the others tell something: that canaries are locked, and that what is not can go.
NO_ATTACKS = {"lock", "control"}


class Verdict(StrEnum):
    """What is known of a vault once it was attacked."""

    PROVEN = "proven"
    NOT_ENFORCED = "not-enforced"
    NOT_TRIED = "not-tried"


class Outcome(StrEnum):
    """How one attempt ended, by what a fresh read says."""

    HELD = "held"
    BROKEN = "broken"
    NOT_TRIED = "not-tried"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: what was tried, what was answered, and what was so afterwards.

    `counts` is false for what the verdict does not depend on. A `name` never changes its meaning:
    programs know attempts by it.
    """

    name: str
    tried: str
    answered: str
    found: str
    outcome: Outcome
    counts: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the attempt as JSON knows it."""
        return {
            "name": self.name,
            "tried": self.tried,
            "answered": self.answered,
            "found": self.found,
            "outcome": self.outcome.value,
            "counts": self.counts,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All attempts of one check. `vault` is its address, which holds no secrets.

    `lock` is the mode of the lock that was attacked, empty without one. `bucket_wide` tells whether
    the bucket's own settings were attacked too; `left` tells what the check could not take away.
    """

    vault: str
    lock: str
    attempts: Sequence[Attempt]
    remarks: Sequence[str] = ()
    bucket_wide: bool = True
    left: str = ""

    @property
    def broken(self) -> list[str]:
        """Return the names of the attempts that went through."""
        return [a.name for a in self.attempts if a.counts and a.outcome is Outcome.BROKEN]

    @property
    def unknown(self) -> list[str]:
        """Return the names of the attempts that the verdict needs and that told nothing."""
        return [a.name for a in self.attempts if a.counts and a.outcome is Outcome.NOT_TRIED]

    @property
    def verdict(self) -> Verdict:
        """Return `proven` only when every attempt that counts was made and was in vain."""
        if self.broken:
            return Verdict.NOT_ENFORCED
        if self.unknown or not any(a.counts for a in self.attempts):
            return Verdict.NOT_TRIED
        return Verdict.PROVEN

    @property
    def said(self) -> str:
        """Return the verdict in a sentence or two."""
        if self.verdict is Verdict.NOT_ENFORCED:
            return f"Write-once is not enforced. These went through: {', '.join(self.broken)}."
        if self.verdict is Verdict.NOT_TRIED:
            unknown = ", ".join(self.unknown) or "nothing was tried"
            return f"Nothing is known of write-once. These told nothing: {unknown}."
        tried = sum(a.counts and a.name not in NO_ATTACKS for a in self.attempts)
        if self.bucket_wide:
            return f"Write-once is proven: of {tried} attacks, none went through."
        return (
            f"Write-once is proven for objects: of {tried} attacks, none went through. "
            "The bucket's settings were left alone."
        )

    def findings(self) -> dict[str, Any]:
        """Return what is kept of the check beside its verdict."""
        return {
            "said": self.said,
            "lock": self.lock,
            "bucket_wide": self.bucket_wide,
            "attempts": [attempt.as_json() for attempt in self.attempts],
            "remarks": list(self.remarks),
        }

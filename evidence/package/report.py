"""What a verifier found: checks with an outcome each, findings with a reason each, one verdict.

The JSON form is the same as the browser's verifier gives; it is part of what we promise. Knows
nothing of zips and logs, and does not print.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from evidence.package.disposals import Act

FINDINGS_LIMIT = 20
"""Findings of one check that are kept; the rest are counted."""


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """What became of a package. Only the first one is good."""

    VERIFIED = "verified"
    REJECTED = "rejected"
    UNPROVEN = "unproven"


class Name(StrEnum):
    """The checks, in the order in which they are made."""

    ZIP = "zip"
    BAG = "bag"
    STATEMENTS = "statements"
    EVIDENCE = "evidence"
    INCLUSION = "inclusion"
    WORKFLOW = "workflow"
    CHECKPOINT = "checkpoint"
    WITNESSES = "witnesses"
    TIMESTAMP = "timestamp"


OPTIONAL = frozenset({Name.WITNESSES, Name.TIMESTAMP})
"""Checks that a verified package may skip: they need what not every verifier brings."""


class Finding(NamedTuple):
    """One thing that is wrong or that was not checked: a code for programs, a sentence for people.

    `about` is a member of the package or a value. It may hold what an attacker wrote.
    """

    code: str
    about: str
    reason: str


@dataclass(slots=True)
class Check:
    """One check as it goes on: it passes unless something fails or it is skipped."""

    name: Name
    findings: list[Finding] = field(default_factory=list)
    failures: int = 0
    is_skipped: bool = False

    def fail(self, code: str, about: str, reason: str) -> None:
        """Keep a failure; past the limit, count it."""
        self.failures += 1
        if self.failures <= FINDINGS_LIMIT:
            self.findings.append(Finding(code, about, reason))

    def skip(self, code: str, about: str, reason: str) -> None:
        """Say why the check is not made."""
        self.is_skipped = True
        self.findings.append(Finding(code, about, reason))

    @property
    def outcome(self) -> Outcome:
        """A failure counts more than that the rest was skipped."""
        if self.failures:
            return Outcome.FAILED
        return Outcome.SKIPPED if self.is_skipped else Outcome.PASSED

    def all_findings(self) -> list[Finding]:
        """Return the findings, and in place of those that were only counted one that says so."""
        more = self.failures - FINDINGS_LIMIT
        if more <= 0:
            return self.findings
        return [*self.findings, Finding("more", str(more), f"{more} more of the kind were found.")]


@dataclass(slots=True)
class Report:
    """Everything that a verifier tells about one package. Sizes are in bytes, `root` is base64.

    `timestamp` is when the authority says that the checkpoint was there (RFC 3339, UTC). `disposed`
    are the acts by which files are absent, once they are proven like the rest.
    """

    package: str
    workflow: str | None = None
    # Of the package of a whole trail: its name, and how many workflows there are.
    trail: str | None = None
    workflows: int | None = None
    attestations: int = 0
    files: int = 0
    bytes: int = 0
    origin: str | None = None
    size: int | None = None
    root: str | None = None
    key: str | None = None
    cosigners: list[str] = field(default_factory=list)
    timestamp: str | None = None
    disposed: list[Act] = field(default_factory=list)
    checks: dict[Name, Check] = field(default_factory=lambda: {name: Check(name) for name in Name})
    notes: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """One failure rejects; and nothing is verified unless every check passed that must."""
        outcomes = {name: check.outcome for name, check in self.checks.items()}
        if Outcome.FAILED in outcomes.values():
            return Verdict.REJECTED
        if all(outcomes[name] is Outcome.PASSED for name in Name if name not in OPTIONAL):
            return Verdict.VERIFIED
        return Verdict.UNPROVEN

    @property
    def absent(self) -> int:
        """How many files were attested and are not there, because they were disposed of."""
        return sum(act.absent for act in self.disposed)

    def not_run(self, *names: Name, because: Name) -> None:
        """Say of checks that they were not made, because another one did not pass."""
        for name in names:
            if self.checks[name].failures:
                continue  # it has more to say than that
            self.checks[name].skip("not-run", because, f"Not checked: '{because}' has not passed.")

    def _of_trail(self) -> dict[str, Any]:
        return {"trail": self.trail, "workflows": self.workflows}

    def as_json(self) -> dict[str, Any]:
        """Return the report as values for JSON."""
        return {
            "package": self.package,
            "verdict": str(self.verdict),
            "workflow": self.workflow,
            # Only there for a trail's package, so that every other report stays what it was.
            **({} if self.workflows is None else self._of_trail()),
            "attestations": self.attestations,
            "files": self.files,
            "bytes": self.bytes,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "key": self.key,
            "cosigners": self.cosigners,
            "timestamp": self.timestamp,
            "disposed": [act.as_json() for act in self.disposed],
            "checks": [
                {
                    "check": str(check.name),
                    "outcome": str(check.outcome),
                    "findings": [finding._asdict() for finding in check.all_findings()],
                }
                for check in self.checks.values()
            ],
            "notes": self.notes,
        }

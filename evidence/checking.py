"""Runs the parts of a check one after the other, and keeps its place for when it is interrupted.

The place is a file, and the findings so far are a file beside it. After each step the findings are
made durable first and the place after them; what was found after the last place is cut off and
found again. A check that ends removes both.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evidence.errors import EvidenceError
from evidence.findings import Finding, Kind, Part, Scope
from evidence.raw_rows import lenient

_VERSION = 1


class NotResumable(EvidenceError):
    """A file of a check's place is of another check, or damaged."""


@dataclass
class Summary:
    """What a check has done so far."""

    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0

    @property
    def errors(self) -> int:
        """How many findings somebody has to do something about."""
        return sum(count for kind, count in self.counts.items() if kind != Kind.UNNAMED)

    def as_json(self) -> dict[str, Any]:
        """Return the summary as a program reads it."""
        return {
            "errors": self.errors,
            "findings": dict(sorted(self.counts.items())),
            "rows": self.rows,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
        }


class Place:
    """Where a check is, in a file. Without a path it is kept nowhere."""

    def __init__(self, path: Path | None, scope: Scope, database: str) -> None:
        self._path = path
        self._findings = path.with_name(f"{path.name}.findings") if path else None
        self._of = asdict(scope) | {"version": _VERSION, "database": database}
        self.done: list[str] = []
        self.part = ""
        self.after: Any = None
        self.summary = Summary()
        self._kept = 0
        if path is not None and path.exists():
            self._load(path)

    def _load(self, path: Path) -> None:
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            of, self.done, self.part = state["of"], state["done"], state["part"]
            self.after, self._kept = state["after"], state["kept"]
            self.summary = Summary(Counter(state["counts"]), *state["done_so_far"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotResumable(
                f"{path} does not hold the place of a check. Remove it to begin anew."
            ) from error
        if of != self._of:
            raise NotResumable(
                f"{path} is of a check with other options, or of another database: {of}. Go on "
                "with those, or remove it to begin anew."
            )

    def kept(self) -> Iterator[Finding]:
        """Yield the findings from before the interruption; cut off what came after the place."""
        if self._findings is None:
            return
        with self._findings.open("a+b") as file:
            if file.seek(0, os.SEEK_END) < self._kept:
                raise NotResumable(
                    f"{self._findings} has lost findings that were kept there. Remove {self._path} "
                    "to begin anew."
                )
            file.truncate(self._kept)
            file.seek(0)
            for line in file:
                said = json.loads(line)
                yield Finding(Kind(said["kind"]), said["table"], said["id"], said["reason"])

    def keep(self, part: str, after: Any, findings: Iterable[Finding]) -> None:
        """Write down, durable, what a step has found and where the next one begins."""
        self.part, self.after = part, after
        if self._path is None or self._findings is None:
            return
        with self._findings.open("ab") as file:
            for finding in findings:
                file.write(json.dumps(finding.as_json()).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self._kept = file.tell()
        state = {
            "of": self._of,
            "done": self.done,
            "part": part,
            "after": after,
            "kept": self._kept,
            "counts": dict(self.summary.counts),
            "done_so_far": [self.summary.rows, self.summary.bytes, self.summary.seconds],
        }
        new = self._path.with_name(f"{self._path.name}.new")
        with new.open("w", encoding="utf-8") as place:
            json.dump(state, place)
            place.flush()
            os.fsync(place.fileno())
        new.replace(self._path)

    def remove(self) -> None:
        """Forget the place: the check has come to its end."""
        for path in (self._path, self._findings):
            if path is not None:
                path.unlink(missing_ok=True)


Report = Callable[[Finding], None]
Progress = Callable[[str, Summary], None]


def run(parts: Iterable[Part], place: Place, report: Report, progress: Progress) -> Summary:
    """Run every part from where `place` is, and report each finding, earlier ones first.

    An interruption goes through; the place is then that of the last whole step.
    """
    summary = place.summary
    began = time.monotonic() - summary.seconds
    with lenient():
        for finding in place.kept():
            report(finding)
        for part in parts:
            if part.name in place.done:
                continue
            after = place.after if part.name == place.part else None
            for step in part.steps(after):
                for finding in step.findings:
                    report(finding)
                summary.counts.update(finding.kind.value for finding in step.findings)
                summary.rows += step.rows
                summary.bytes += step.bytes
                summary.seconds = time.monotonic() - began
                place.keep(part.name, step.after, step.findings)
                progress(part.name, summary)
            place.done.append(part.name)
            place.keep("", None, [])
    summary.seconds = time.monotonic() - began
    place.remove()
    return summary

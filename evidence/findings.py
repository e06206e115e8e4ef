"""What a check of everything finds, and how it goes on: findings, its scope, and its parts. Pure.

`manage.py fsck` is made of parts. Each part reads its rows or files in an order of its own, a step
at a time, and says after each step where it is, so that an interrupted check can go on there.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

_REASON_LIMIT = 1000
_ID_LIMIT = 300


class Kind(StrEnum):
    """What is wrong, as a word that a program can read."""

    ALTERED = "altered"  # a row or a file does not say what was recorded
    MALFORMED = "malformed"  # it holds what cannot be read at all
    MISSING = "missing"  # what something else speaks of is not there
    EXTRA = "extra"  # it is there, and nothing that was recorded speaks of it
    GAP = "gap"  # numbers that follow one another do not
    ROOT = "root"  # the records do not give the root that was signed
    SIGNATURE = "signature"  # it is not signed as it should be
    OLDER = "older"  # others know a newer or another history
    CONTRADICTION = "contradiction"  # somebody else contradicts this log
    STALE = "stale"  # a cached answer is not what it was computed from
    UNNAMED = "unnamed"  # bytes in the vault that no row names: `sweep` removes them, no error


def printable(text: str) -> str:
    """Return the text with everything escaped that a terminal might act upon."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the row that it is about.

    `id` is the row's key. What is missing has none: then it says where the row belongs.
    """

    kind: Kind
    table: str
    id: str
    reason: str

    @property
    def is_error(self) -> bool:
        """Tell whether somebody has to do something about it."""
        return self.kind is not Kind.UNNAMED

    def as_json(self) -> dict[str, str]:
        """Return the finding as a program reads it."""
        return {
            "kind": self.kind.value,
            "table": self.table,
            "id": self.id[:_ID_LIMIT],
            "reason": self.reason[:_REASON_LIMIT],
        }

    def __str__(self) -> str:
        """Give the finding as a line for people. What strangers wrote cannot move their cursor."""
        said = self.as_json()
        return printable(f"{said['kind']} {said['table']} {said['id']}: {said['reason']}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is checked: one log or all, all records and blobs or a sample, bytes or only rows.

    A sample depends on the seed and the ids alone, so the same one can be looked at again.
    """

    log: str | None = None
    share: float = 1.0
    seed: str = ""
    reads_bytes: bool = True

    def chooses(self, key: object) -> bool:
        """Tell whether a record or a blob is in the sample."""
        if self.share >= 1:
            return True
        drawn = hashlib.sha256(f"{self.seed}\n{key}".encode(errors="surrogateescape")).digest()
        return int.from_bytes(drawn[:8], "big") < self.share * 2**64


@dataclass(frozen=True, slots=True)
class Step:
    """What one step of a part did. `after` is where it goes on from; JSON can hold it."""

    after: Any
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0


class Part(NamedTuple):
    """A named part of a check. `steps` begins, or goes on after what a step has said."""

    name: str
    steps: Callable[[Any], Iterator[Step]]

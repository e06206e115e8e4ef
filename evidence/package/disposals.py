"""Disposed evidence in a package: where its statements lie, and when they are whole. Pure.

An act of disposal takes the files of a workflow's attestations up to a number out of the vault, and
leaves a statement that names their digests: who, when, why. A statement holds so many digests, so
an act may have several parts. All that is left of the files is in `proof/`: each attestation's own
statement, and those of the acts.

The acts follow one another: each answers for the attestations after the last one of the act before
it, up to its own. So of every attestation there is one act, or none, that says where its files are.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.errors import EvidenceError
from evidence.package.predicates import Statement

STEM = "_disposal"
"""The statements are called `_disposal.1`, `_disposal.2` …: no directory of a step may be."""


class Unfinished(EvidenceError):
    """The statements of an act are not all there, or not in their order."""


def name(number: int) -> str:
    """Return the name of a statement, without suffix: 1, 2, 3 … through all acts of a package."""
    return f"{STEM}.{number}"


def is_taken(directory: str) -> bool:
    """Tell whether a directory in any spelling would hide one of these statements."""
    folded = directory.casefold()
    return folded == STEM or folded.startswith(f"{STEM}.")


@dataclass(slots=True)
class Act:
    """An act of disposal: the files of the attestations after `after` up to `up_to`, by digest.

    `place` is the number of its first statement in the package. Whoever compares it with the files
    counts in `absent` those that are not there, and takes from `unmatched` what it has seen named.
    """

    place: int
    after: int
    up_to: int
    reason: str
    by: str
    at: str
    digests: frozenset[bytes]
    unmatched: set[bytes]
    absent: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return what a report says about it."""
        return {
            "files": self.absent,
            "up_to": self.up_to,
            "by": self.by,
            "at": self.at,
            "reason": self.reason,
        }


def acts(statements: Iterable[Statement]) -> list[Act]:
    """Return the acts that statements make up, in order. `Unfinished` says what is amiss."""
    found: list[Act] = []
    place = 1
    for parts in _grouped(statements):
        first = parts[0].predicate
        after, up_to = found[-1].up_to if found else 0, first["details"]["up_to"]
        if up_to <= after:
            raise Unfinished(
                f"{name(place)} disposes of files up to attestation {up_to}, and the disposal "
                f"before it did so up to {after}."
            )
        digests = [digest for part in parts for digest in part.predicate["details"]["digests"]]
        unmatched = set(map(bytes.fromhex, digests))
        if len(unmatched) < len(digests):
            raise Unfinished(f"The disposal that begins in {name(place)} names a file twice.")
        found.append(
            Act(
                place=place,
                after=after,
                up_to=up_to,
                reason=first["details"]["reason"],
                by=first["by"]["name"],
                at=first["at"],
                digests=frozenset(unmatched),
                unmatched=unmatched,
            )
        )
        place += len(parts)
    return found


def _grouped(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    """Yield the parts of each act: 1 to n, of one moment, one person and one reason."""
    parts: list[Statement] = []
    for place, part in enumerate(statements, start=1):
        details = part.predicate["details"]
        if details["part"] != len(parts) + 1 or (parts and _act(part) != _act(parts[0])):
            raise Unfinished(
                f"{name(place)} is part {details['part']} of {details['parts']} of a disposal, and "
                "it does not follow the statement before it."
            )
        parts.append(part)
        if len(parts) == details["parts"]:
            yield parts
            parts = []
    if parts:
        raise Unfinished(
            f"The last disposal has {parts[0].predicate['details']['parts']} parts, and only "
            f"{len(parts)} are there."
        )


def _act(part: Statement) -> list[Any]:
    """Return what all parts of an act have in common."""
    details = part.predicate["details"]
    common = [details[key] for key in ("reason", "up_to", "parts")]
    return [*common, part.predicate["by"], part.predicate["at"]]


def answering(found: Sequence[Act], number: int) -> Act | None:
    """Return the act that answers for the files of an attestation, None where none does."""
    place = bisect_left(found, number, key=lambda act: act.up_to)
    return found[place] if place < len(found) else None

"""For how long evidence is kept, and what may be disposed of by now. Pure: no models, no database.

Evidence is kept from its attestation for the longest time that any version of its trail has asked
for since: a later version extends it and never shortens it for what is there. While the newest
version says nothing, evidence is kept for ever.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """What a version of a trail asks for from a moment on: so many days, None for ever."""

    since: datetime.datetime
    days: int | None


@dataclass(frozen=True, slots=True)
class Due:
    """What of a workflow's evidence has reached its end.

    `up_to` is the number of the last attestation whose files may go, None if none may. `kept` is
    the first one that may not, None if there is none, and `kept_until` its end, None for never.
    """

    up_to: int | None
    kept: int | None = None
    kept_until: datetime.datetime | None = None


def days_kept(at: datetime.datetime, terms: Sequence[Term]) -> int | None:
    """Return for how many days what was attested at a moment is kept, None for ever.

    `terms` are those of all versions of the trail, in order of their numbers.
    """
    if not terms or terms[-1].days is None:
        return None
    # The version in force at that moment, and all later ones. Clocks of servers may differ: what
    # was attested before the first version began is held to that one.
    first = max((n for n, term in enumerate(terms) if term.since <= at), default=0)
    return max(term.days for term in terms[first:] if term.days is not None)


def kept_until(at: datetime.datetime, terms: Sequence[Term]) -> datetime.datetime | None:
    """Return the end of retention of what was attested at a moment, None for never."""
    days = days_kept(at, terms)
    return None if days is None else at + datetime.timedelta(days=days)


def due(
    attestations: Iterable[tuple[int, datetime.datetime]],
    terms: Sequence[Term],
    now: datetime.datetime,
) -> Due:
    """Return what may go of attestations, given as (number, at) in order of their numbers.

    Reads no further than the first one that may not.
    """
    up_to = None
    for number, at in attestations:
        end = kept_until(at, terms)
        if end is None or end > now:
            return Due(up_to, number, end)
        up_to = number
    return Due(up_to)

"""Which workflows of a trail a query string asks for: state, words, person, dates.

Shared by the page of a trail and the list that leaves the site. Reads the query string and makes a
queryset; who may see the trail was decided before.
"""

import datetime
import re
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from trails.counts import first_id
from trails.errors import Invalid, shown
from trails.models import Trail, WorkflowStatus
from trails.search.find import workflow_ids
from trails.search.words import parse, tokens
from trails.words import WorkflowState

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ONE_DAY = datetime.timedelta(days=1)
_TEXT_LIMIT = 200


class Chip(NamedTuple):
    """One condition in words, and the query string that asks for all the others."""

    label: str
    value: str
    without: str


class Found(NamedTuple):
    """The workflows that fit. `cut`: older ones may fit too, and were not looked at."""

    statuses: QuerySet[WorkflowStatus]
    cut: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for. Empty texts and None ask for nothing."""

    state: str = ""
    q: str = ""
    by: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None

    @classmethod
    def of(cls, query: QueryDict) -> "Filter":
        """Return the filter of a query string. `Invalid` names the field that does not fit."""
        state = query.get("state", "")
        if state and state not in WorkflowState.values:
            states = ", ".join(WorkflowState.values)
            raise Invalid(f"'{state}' is not a state. Use {states}.", field="state")
        since, until = _day(query, "since"), _day(query, "until")
        if since and until and since > until:
            raise Invalid(f"{since} is after {until}. Swap the two dates.", field="since")
        return cls(state, _text(query, "q"), _text(query, "by"), since, until)

    def __bool__(self) -> bool:
        return self != Filter()

    def statuses(self, trail: Trail) -> QuerySet[WorkflowStatus]:
        """Return the workflows of a trail that fit, in no order."""
        return self.found(trail).statuses

    def found(self, trail: Trail) -> Found:
        """Return the workflows of a trail that fit, and whether all of them were looked at."""
        statuses = WorkflowStatus.objects.filter(trail=trail)
        if self.state:
            statuses = statuses.filter(state=self.state)
        # A workflow's key begins with the moment it began at.
        if self.since:
            statuses = statuses.filter(workflow__gte=first_id(self.since))
        if self.until and self.until < datetime.date.max:
            statuses = statuses.filter(workflow__lt=first_id(self.until + _ONE_DAY))
        # Each condition by itself: the text may be in one event, the person in another.
        cut = False
        for typed in (self.q, self._people):
            if typed:
                matches = workflow_ids(trail, parse(typed))
                statuses = statuses.filter(workflow__in=matches.ids)
                cut = cut or matches.cut
        return Found(statuses, cut)

    @property
    def _people(self) -> str:
        """Return the person as the search takes it: every part of the name must be there."""
        words = tokens(self.by)
        if self.by and not words:
            raise Invalid(f"{shown(self.by)} holds no letter and no digit.", field="by")
        return " ".join(f"by:{word}" for word in words)

    def describe(self) -> list[Chip]:
        """Return the conditions in words, each with the query string without it."""
        asked: list[tuple[str, str, dict[str, Any]]] = []
        if self.state:
            asked.append((_("State"), WorkflowState(self.state).label, {"state": ""}))
        if self.q:
            asked.append((_("Text"), self.q, {"q": ""}))
        if self.by:
            asked.append((_("Person"), self.by, {"by": ""}))
        if self.since:
            asked.append((_("From"), self.since.isoformat(), {"since": None}))
        if self.until:
            asked.append((_("To"), self.until.isoformat(), {"until": None}))
        return [Chip(label, value, self.query_string(**gone)) for label, value, gone in asked]

    def query_string(self, **changes: Any) -> str:
        """Return the filter as a query string without its question mark, with these changes."""
        wanted = replace(self, **changes)
        pairs = [
            *(("state", wanted.state), ("q", wanted.q), ("by", wanted.by)),
            *(("since", wanted.since), ("until", wanted.until)),
        ]
        return urlencode([(name, str(value)) for name, value in pairs if value])


def _day(query: QueryDict, key: str) -> datetime.date | None:
    value = query.get(key, "")
    if not value:
        return None
    try:
        day = datetime.date.fromisoformat(value) if _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    # An id holds milliseconds since 1970 in 48 bits; years have four digits here.
    if day is None or day.year < 1970:
        raise Invalid(f"{shown(value)} is not a date. Write it like 2026-01-31.", field=key)
    return day


def _text(query: QueryDict, key: str) -> str:
    value = " ".join(query.get(key, "").split())
    if len(value) > _TEXT_LIMIT:
        raise Invalid(
            f"The text has {len(value)} characters; at most {_TEXT_LIMIT} are looked for.",
            field=key,
        )
    return value

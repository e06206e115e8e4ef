"""What people and keys did in an organization: the page for its admins and auditors, and its CSV.

Sign-ins and people's own keys belong to no organization and are not shown here.

Threat. Names, subjects and details are strangers' texts: pages reveal and escape them, and a
spreadsheet must not take one for a formula (`trails.tables`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trails.authentication import actor_of_session
from trails.errors import Invalid
from trails.models import Activity, Organization
from trails.models.accounts import ActivityQuerySet
from trails.permissions import Act
from trails.tables import line
from trails.web.organizations import managed
from trails.web.paging import batches, take, uuid_in
from trails.web.responses import page
from trails.web.settings import pages

SHOWN = 50
CHOICES_SHOWN = 200
_BATCH = 1000
KINDS = {
    "members": (gettext_lazy("Members"), ("member.",)),
    "machines": (gettext_lazy("Service accounts"), ("service-account.",)),
    "keys": (gettext_lazy("Keys"), ("key.",)),
    "trails": (gettext_lazy("Trails"), ("trail.",)),
    "downloads": (gettext_lazy("Downloads"), ("evidence.", "package.", "workflows.")),
    "retention": (gettext_lazy("Holds and disposals"), ("hold-", "evidence-")),
    "organization": (gettext_lazy("The organization"), ("organization.", "beta.")),
}
VERBS = {
    "organization.created": gettext_lazy("created the organization"),
    "organization.exported": gettext_lazy("exported the organization"),
    "organization.imported": gettext_lazy("imported the organization"),
    "beta.switched": gettext_lazy("switched the Kosli dialect"),
    "member.added": gettext_lazy("added a member"),
    "member.role-changed": gettext_lazy("changed a member's role"),
    "member.removed": gettext_lazy("removed a member"),
    "service-account.created": gettext_lazy("created a service account"),
    "service-account.role-changed": gettext_lazy("changed a service account's role"),
    "key.issued": gettext_lazy("issued a key"),
    "key.rotated": gettext_lazy("rotated a key"),
    "key.revoked": gettext_lazy("revoked a key"),
    "trail.archived": gettext_lazy("archived a trail"),
    "trail.restored": gettext_lazy("restored a trail"),
    "hold-placed": gettext_lazy("placed a legal hold"),
    "hold-released": gettext_lazy("released a legal hold"),
    "evidence-disposed": gettext_lazy("disposed of evidence"),
    "evidence.downloaded": gettext_lazy("downloaded evidence"),
    "evidence.previewed": gettext_lazy("looked at evidence"),
    "package.downloaded": gettext_lazy("downloaded an evidence package"),
    "package.prepared": gettext_lazy("asked for the package of a trail"),
    "package.discarded": gettext_lazy("discarded the package of a trail"),
    "workflows.exported": gettext_lazy("exported the workflows of a trail"),
    "attestations.exported": gettext_lazy("exported the attestations of a trail"),
}
_COLUMNS = ("at", "verb", "subject", "by_kind", "by_id", "by_name", "details", "record", "index")


@dataclass(frozen=True, slots=True)
class Entry:
    """An activity as the page shows it."""

    row: Activity

    @property
    def said(self) -> str:
        """Return the verb in plain words; one without words of its own as it is recorded."""
        return str(VERBS.get(self.row.verb, self.row.verb))

    @property
    def about(self) -> str:
        """Return what it was about in a few words, from the details that name it."""
        details = self.row.details
        named = (details.get(key) for key in ("email", "service_account", "name", "description"))
        return next((str(value) for value in named if value), self.row.subject)

    @property
    def details(self) -> list[tuple[str, str]]:
        """Return the details as pairs of text."""
        return [(key, _text(value)) for key, value in self.row.details.items()]

    @property
    def index(self) -> int | None:
        """Return the place of its record in the log; None without a record or before its seal."""
        return _index(self.row)


@login_not_required
@require_safe
def activity(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Show what was done, newest first, of one kind or by one person if asked."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.READ_ACTIVITY)
    rows = _asked(request, found)
    before = uuid_in(request.GET, "before")
    if before:
        rows = rows.before(before)
    by = request.GET.get("by", "")
    context = {
        "organization": found,
        "entries": take((Entry(row) for row in rows[: SHOWN + 1]), SHOWN),
        "kinds": [(value, label) for value, (label, _prefixes) in KINDS.items()],
        "kind": request.GET.get("kind", ""),
        "people": _people(found, by),
        "by": by,
        "before": before,
        "query": _query(request),
        "settings_pages": pages(actor, found),
    }
    return page(request, "activity.html", context)


@login_not_required
@require_safe
def csv(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Stream the same as a table, all of it, a thousand rows at a time."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.READ_ACTIVITY)
    response = StreamingHttpResponse(
        _lines(_asked(request, found)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.name}-activity.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _asked(request: HttpRequest, organization: Organization) -> ActivityQuerySet:
    """Return the activities that a query asks for, newest first, with their places in the log."""
    rows = Activity.objects.for_organization(organization)
    kind = request.GET.get("kind", "")
    if kind:
        if kind not in KINDS:
            raise Invalid(f"There is no kind of activity called {kind!r}. Choose one of the list.")
        rows = rows.verbs(*KINDS[kind][1])
    by = uuid_in(request.GET, "by")
    if by:
        rows = rows.by(str(by))
    asked: ActivityQuerySet = rows.select_related("record__leaf")
    return asked


def _people(organization: Organization, by: str) -> list[tuple[str, str]]:
    """Return who may be asked for by id and name; whoever has left is reached from a row."""
    members = organization.memberships.select_related("user").order_by("user")[:CHOICES_SHOWN]
    machines = organization.service_accounts.order_by("name")[:CHOICES_SHOWN]
    found = {str(member.user_id): str(member.user) for member in members}
    found |= {str(machine.pk): machine.name for machine in machines}
    if by and by not in found:
        left = Activity.objects.for_organization(organization).by(by).first()
        found[by] = left.by_name if left else by
    return list(found.items())


def _query(request: HttpRequest) -> str:
    """Return the filters as a query, for the links to the next page and the table."""
    asked = request.GET.copy()
    asked.pop("before", None)
    return asked.urlencode()


def _lines(rows: ActivityQuerySet) -> Iterator[str]:
    yield line(_COLUMNS)
    for batch in batches(rows, _BATCH):
        for row in batch:
            index = _index(row)
            values = (
                *(row.at.isoformat(), row.verb, row.subject, row.by_kind, row.by_id, row.by_name),
                *(_text(row.details), row.record_id or "", "" if index is None else index),
            )
            yield line(values)


def _text(value: Any) -> str:
    if value is None or value == "":
        return _("none")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _index(row: Activity) -> int | None:
    leaf = getattr(row.record, "leaf", None) if row.record_id else None
    return leaf.index if leaf else None

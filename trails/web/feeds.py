"""The newest events of a trail as an Atom feed (RFC 4287). Not for whole histories.

Threat. Titles and summaries are strangers' texts, and readers of feeds show them where our policy
does not reach. Each is `type="text"`, which no reader takes for markup (§3.1.1.1), on one line.
"""

import datetime
import re
from xml.etree import ElementTree

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trails import lookups
from trails.authentication import actor_of_session
from trails.models import Attestation, Trail, Workflow
from trails.search.find import Hit
from trails.web.overview import latest
from trails.web.plain import one_line
from trails.web.public import given
from trails.words import StepState

EVENTS = 50
ATOM = "application/atom+xml; charset=utf-8"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_TITLE_LIMIT = 500
_SUMMARY_LIMIT = 1000


@login_not_required
@require_safe
def feed(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Answer the newest events: of a private trail to its members alone, and kept nowhere."""
    actor = actor_of_session(request)
    found = lookups.trail(actor, organization, trail)
    body = _feed(found, latest(actor, Trail.objects.filter(pk=found.pk), EVENTS))
    if found.is_public:
        return given(request, body, ATOM)
    response = HttpResponse(body, content_type=ATOM)
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ["Cookie"])
    return response


def _feed(trail: Trail, events: list[Hit]) -> bytes:
    """Return the document. The same events give the same bytes."""
    here = _address("trail", trail.organization.name, trail.name)
    root = ElementTree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en"})
    _add(root, "id", _tag(trail.created_at, f"trail/{trail.pk}"))
    _add(root, "title", trail.subject)
    if trail.version.description:
        _add(root, "subtitle", one_line(trail.version.description, _SUMMARY_LIMIT))
    _add(root, "updated", _time(max([trail.version.at, *(event.at for event in events)])))
    self_address = _address("trail_feed", trail.organization.name, trail.name)
    _add(root, "link", rel="self", type="application/atom+xml", href=self_address)
    _add(root, "link", rel="alternate", type="text/html", href=here)
    _add(root, "generator", "Trailkeeper", uri=settings.PUBLIC_URL)
    for event in events:
        root.append(_entry(trail, event))
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _entry(trail: Trail, event: Hit) -> ElementTree.Element:
    workflow, attestation = event.workflow, event.attestation
    names = [trail.organization.name, trail.name, workflow.name]
    entry = ElementTree.Element("entry")
    row: Workflow | Attestation
    if attestation is None:
        _add(entry, "id", _tag(workflow.at, f"workflow/{workflow.pk}"))
        title = _("%(workflow)s has begun") % {"workflow": workflow.name}
        row, href, state, label = workflow, _address("workflow", *names), "begun", _("Begun")
    else:
        _add(entry, "id", _tag(attestation.at, f"attestation/{attestation.pk}"))
        state = attestation.state.value
        label = str(StepState(state).label)
        said = {"workflow": workflow.name, "step": attestation.step, "state": label.lower()}
        title = _("%(workflow)s: %(step)s, %(state)s") % said
        row, href = attestation, _address("attestation", *names, attestation.pk)
    _add(entry, "title", one_line(title, _TITLE_LIMIT), type="text")
    # What is recorded never changes, so it is of when it was recorded.
    _add(entry, "updated", _time(row.at))
    _add(entry, "published", _time(row.at))
    _add(ElementTree.SubElement(entry, "author"), "name", one_line(row.by_name, _TITLE_LIMIT))
    _add(entry, "category", term=state, label=label)
    _add(entry, "link", rel="alternate", type="text/html", href=href)
    if row.description:
        _add(entry, "summary", one_line(row.description, _SUMMARY_LIMIT), type="text")
    return entry


def _add(parent: ElementTree.Element, tag: str, text: str = "", **attributes: str) -> None:
    ElementTree.SubElement(parent, tag, attributes).text = text or None


def _address(name: str, *parts: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=parts)


def _time(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _tag(moment: datetime.datetime, specific: str) -> str:
    """Return an id that stays the same wherever the server moves (RFC 4151)."""
    # An address of IPv6 is no authority of a tag.
    host = re.sub(r"[^A-Za-z0-9.\-]", "-", settings.HOSTNAME).strip("-")
    return f"tag:{host},{moment.astimezone(datetime.UTC):%Y-%m-%d}:{specific}"

"""The card of a public page: the picture that other sites show beside a link to it.

Of private things there is none, for members neither: a preview is fetched by somebody's server, and
a picture is kept where no permission reaches. What is private is asked for as a stranger, and is
404 to everybody.
"""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from trails import lookups
from trails.actors import STRANGER
from trails.counts import counts_of
from trails.models import Trail
from trails.web.pictures import RELEASE, Card, Fact, card
from trails.web.plain import one_line
from trails.web.public import given
from trails.words import WorkflowState

_LINE = 200  # characters; the edge of the card cuts earlier


@login_not_required
@require_safe
def site_card(request: HttpRequest) -> HttpResponseBase:
    """Draw the card of the first page and of pages about the site."""
    return _answer(
        request,
        "Trailkeeper",
        _("Recorded as it happens"),
        _("Audit trails of business processes, with evidence that anybody can check."),
        [],
    )


@login_not_required
@require_safe
def organization_card(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Draw the card of an organization that has a public trail."""
    found = lookups.organization(STRANGER, organization)
    public = Trail.objects.public().in_use().filter(organization=found).count()
    number = ngettext("%(n)s public audit trail", "%(n)s public audit trails", public)
    return _answer(
        request,
        "Trailkeeper",
        found.name,
        _("Business processes, recorded as they happen"),
        [Fact(number % {"n": f"{public:,}"})],
    )


@login_not_required
@require_safe
def trail_card(request: HttpRequest, organization: str, trail: str) -> HttpResponseBase:
    """Draw the card of a public trail: its name, its description, its workflows by state."""
    found = lookups.trail(STRANGER, organization, trail)
    counts = counts_of([found])[found.pk]
    facts = [
        Fact(f"{counts[state.value]:,} {str(state.label).lower()}", state.value)
        for state in (
            WorkflowState.COMPLIANT,
            WorkflowState.INCOMPLETE,
            WorkflowState.NON_COMPLIANT,
        )
        if counts[state.value]
    ]
    said = found.version.description
    return _answer(
        request, found.organization.name, found.name, said, facts or [Fact(_("No workflow yet"))]
    )


@login_not_required
@require_safe
def workflow_card(
    request: HttpRequest, organization: str, trail: str, workflow: str
) -> HttpResponseBase:
    """Draw the card of a workflow of a public trail: its id, its state, its steps."""
    found = lookups.workflow(STRANGER, organization, trail, workflow)
    status, steps = found.status, found.version.step_names
    facts = [Fact(str(WorkflowState(status.state).label), status.state)]
    if steps:
        done = sum(step in status.latest for step in steps)
        facts.append(Fact(_("%(done)s of %(all)s steps") % {"done": done, "all": len(steps)}))
    number = ngettext("%(n)s attestation", "%(n)s attestations", status.attestations)
    facts.append(Fact(number % {"n": f"{status.attestations:,}"}))
    return _answer(request, found.trail.subject, found.name, found.description, facts)


def _answer(
    request: HttpRequest, place: str, title: str, about: str, facts: Sequence[Fact]
) -> HttpResponseBase:
    """Answer a card, drawn only for whoever does not have it already."""
    foot = _("Recorded by Trailkeeper at %(host)s") % {"host": settings.PUBLIC_HOST}
    words = Card(place, title, one_line(about, _LINE), tuple(facts), foot)
    etag = hashlib.sha256(f"{RELEASE} {words!r}".encode()).hexdigest()
    response: HttpResponseBase | None = get_conditional_response(request, etag=f'"{etag}"')
    if response is None:
        response = given(request, card(words), "image/png", etag=etag)
    # Other sites show it: it is made for them, and shows nothing that is not public.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = "no-cache"
    return response

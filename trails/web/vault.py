"""The vault's page in the settings: whether it is write-once, on the ground of a check alone.

Threat. A page that says "write-once" because a setting says so would be believed. So it says what
`manage.py vault_check` found by trying, when that was, and nothing where nobody tried. The vault
is the operator's and shared by all organizations: where it is stays off the page.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from evidence.vault.check.standing import is_old, newest
from evidence.vault.check.verdict import NO_ATTACKS, Outcome
from trails.authentication import actor_of_session
from trails.permissions import Act
from trails.web.organizations import managed
from trails.web.responses import page
from trails.web.scrubs import looked_after
from trails.web.settings import pages

# How each outcome is marked, and in which word; in this order.
OUTCOMES = {
    Outcome.BROKEN: ("non-compliant", "cross", gettext_lazy("Went through")),
    Outcome.NOT_TRIED: ("missing", "dash", gettext_lazy("Not tried")),
    Outcome.HELD: ("compliant", "check", gettext_lazy("Held")),
}
# What was no attack holds nothing off.
_IN_ORDER = ("compliant", "check", gettext_lazy("In order"))


def write_once() -> dict[str, Any]:
    """Return what `components/write_once.html` shows: the newest check, and whether it is old."""
    check = newest()
    return {"vault_check": check, "vault_check_is_old": check is not None and is_old(check)}


def _marked(attempt: dict[str, Any]) -> tuple[str, str, Any]:
    is_in_order = attempt["name"] in NO_ATTACKS and attempt["outcome"] == Outcome.HELD
    return _IN_ORDER if is_in_order else OUTCOMES[attempt["outcome"]]


@login_not_required
@require_safe
def vault(request: HttpRequest, organization: str) -> HttpResponseBase:
    """Show what the newest check of the vault tried, and what came of it."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.READ_ACTIVITY)
    shown = write_once()
    check = shown["vault_check"]
    attempts = check.findings["attempts"] if check else []
    attempts.sort(key=lambda attempt: list(OUTCOMES).index(attempt["outcome"]))
    context = {
        "organization": found,
        "settings_pages": pages(actor, found),
        "attempts": [(attempt, *_marked(attempt)) for attempt in attempts],
        "remarks": check.findings["remarks"] if check else [],
        **shown,
        **looked_after(found),
    }
    return page(request, "vault.html", context)

"""API keys on pages: listing them, showing a new one once, rotating, revoking; and one's own.

A new key is shown once, in the answer to the form that issued it: never in an address, a session or
a log, and no cache may keep that answer. The keys of machines are in `trails.web.service_accounts`.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from trails.actions.keys import issue_user_key, revoke_key, rotate_key
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid, NotFound
from trails.models import ApiKey, Membership, Organization
from trails.web import commands
from trails.web.forms import refuse
from trails.web.paging import uuid_in
from trails.web.resent import is_answered, remember
from trails.web.responses import page
from trails.web.settings_forms import KeyForm

ENDING = datetime.timedelta(days=14)
GRACES = {
    "0": (datetime.timedelta(), gettext_lazy("Stops at once")),
    "1h": (datetime.timedelta(hours=1), gettext_lazy("Works for one more hour")),
    "24h": (datetime.timedelta(hours=24), gettext_lazy("Works for 24 more hours")),
    "7d": (datetime.timedelta(days=7), gettext_lazy("Works for seven more days")),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A key that was issued just now, with its token, for the one page that shows it."""

    key: ApiKey
    token: str
    organization: Organization | None

    @property
    def commands(self) -> dict[str, str]:
        """Return the commands that use it, each for the tool it is named by."""
        return commands.key_commands(self.token, self.organization)


@dataclass(frozen=True, slots=True)
class Listed:
    """A key in a list. `state` is one of works, ending, expired, revoked."""

    key: ApiKey
    state: str

    @property
    def is_usable(self) -> bool:
        """Tell whether the key works now."""
        return self.state in {"works", "ending"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act on a key: a successor to show, words, or a refusal beside the key."""

    key: ApiKey
    act: str
    said: str = ""
    shown: Shown | None = None
    refusal: str = ""


def listed(keys: Iterable[ApiKey]) -> list[Listed]:
    """Return keys with their states: those that work first, in the order in which they came."""
    now = timezone.now()
    rows = [Listed(key, _state(key, now)) for key in keys]
    return sorted(rows, key=lambda row: not row.is_usable)


def _state(key: ApiKey, now: datetime.datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is None or key.expires_at > now + ENDING:
        return "works"
    return "ending" if key.expires_at > now else "expired"


def change(
    request: HttpRequest,
    actor: Actor,
    keys: QuerySet[ApiKey],
    organization: Organization | None = None,
) -> Outcome:
    """Rotate or revoke one of the keys, as `act` says; one that is not among them is 404."""
    id = uuid_in(request.POST, "key")
    key = keys.filter(pk=id).first() if id else None
    if key is None:
        raise NotFound("There is no such key. Look at the list again.")
    act = request.POST["act"]
    if act == "revoke" and not _is_named(key, request.POST.get("confirm", "")):
        return Outcome(key, act, refusal=_("Type {prefix} to revoke it.").format(prefix=key.prefix))
    try:
        if act == "revoke":
            revoke_key(key=key, actor=actor)
            return Outcome(
                key, act, said=_("The key {key} is revoked and works no more.").format(key=key)
            )
        grace = GRACES.get(request.POST.get("grace", ""), (None,))[0]
        if grace is None:
            raise Invalid("Choose how long the old key goes on working.", field="grace")
        successor, token = rotate_key(key=key, actor=actor, grace=grace)
        return Outcome(key, act, shown=Shown(successor, token, organization))
    except (Invalid, Conflict) as error:
        return Outcome(key, act, refusal=error.message)


def is_sent_again(request: HttpRequest) -> bool:
    """Tell whether a form that was answered with a key is here again, and say so if it is."""
    if request.POST.get("act") not in ("issue", "rotate") or not is_answered(request):
        return False
    messages.info(
        request,
        _("That form has issued its key already, and a key is shown once. Issue another one."),
    )
    return True


def _is_named(key: ApiKey, typed: str) -> bool:
    """Tell whether somebody typed which key they mean: its beginning, or its description."""
    typed = typed.strip().removesuffix("…")
    return bool(typed) and typed in {key.prefix, key.description}


def issue(
    form: KeyForm, act: Any, organization: Organization | None = None, **owner: Any
) -> Shown | None:
    """Issue a key as the form says and return it with its token; None when the form has errors."""
    if not form.is_valid():
        return None
    try:
        key, token = act(
            description=form.cleaned_data["description"], expires_at=form.expires_at(), **owner
        )
    except (Invalid, Conflict) as error:
        if error.field == "expires_at":
            error.field = "expires_on"
        refuse(form, error)
        return None
    return Shown(key, token, organization)


@require_http_methods(["GET", "HEAD", "POST"])
def own_keys(request: HttpRequest) -> HttpResponseBase:
    """List a person's own keys; issue, rotate or revoke one, as `act` says."""
    actor = actor_of_session(request)
    user = actor.user
    if user is None:  # the middleware has sent strangers to the sign-in page
        raise NotFound("Sign in to see your keys.")
    act = request.POST.get("act")
    if is_sent_again(request):
        return redirect("own_keys")
    form = KeyForm(request.POST if act == "issue" else None)
    shown = outcome = None
    membership = Membership.objects.filter(user=user).select_related("organization").first()
    organization = membership.organization if membership else None
    if act == "issue":
        shown = issue(form, issue_user_key, organization, user=user, actor=actor)
        form = KeyForm() if shown else form
    elif act in ("revoke", "rotate"):
        outcome = change(request, actor, ApiKey.objects.filter(user=user), organization)
        if outcome.said:
            messages.success(request, outcome.said)
            return redirect("own_keys")
        shown = outcome.shown
    if shown:
        remember(request)
    context = {
        "keys": listed(ApiKey.objects.filter(user=user).order_by("-pk")),
        "graces": [(value, label) for value, (_grace, label) in GRACES.items()],
        "refusal": outcome if outcome and outcome.refusal else None,
        "form": form,
        "shown": shown,
    }
    return page(request, "own_keys.html", context)

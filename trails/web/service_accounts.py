"""The machines of an organization, their roles and their keys, for its admins."""

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trails.actions.keys import create_service_account, issue_service_key, set_service_role
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid, NotFound
from trails.models import ApiKey, Organization, ServiceAccount
from trails.permissions import Act
from trails.web.forms import refuse
from trails.web.keys import GRACES, Outcome, Shown, change, is_sent_again, issue, listed
from trails.web.organizations import managed
from trails.web.paging import take, uuid_in
from trails.web.resent import remember
from trails.web.responses import page
from trails.web.settings import pages
from trails.web.settings_forms import KeyForm, ServiceAccountForm
from trails.words import Role

ACCOUNTS_SHOWN = 100


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, organization: str) -> HttpResponseBase:
    """List service accounts with their keys; change one of them, as `act` says."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.MANAGE_KEYS)
    act = request.POST.get("act")
    if is_sent_again(request):
        return redirect("keys", found.name)
    form = ServiceAccountForm(request.POST if act == "create-account" else None)
    typed: tuple[uuid.UUID, KeyForm] | None = None
    shown: Shown | None = None
    outcome: Outcome | None = None
    said = ""
    if act == "create-account" and form.is_valid():
        said = _create(form, actor, found)
    elif act == "change-role":
        said = _change_role(request, actor, found)
    elif act == "issue":
        account = _account(request, found)
        key_form = KeyForm(request.POST, prefix=str(account.pk))
        shown = issue(key_form, issue_service_key, found, account=account, actor=actor)
        typed = None if shown else (account.pk, key_form)
    elif act in ("revoke", "rotate"):
        theirs = ApiKey.objects.filter(service_account__organization=found)
        outcome = change(request, actor, theirs, found)
        said, shown = outcome.said, outcome.shown
    if shown:
        remember(request)
    if said:
        messages.success(request, said)
        return redirect("keys", found.name)
    context = _list(request, found, typed) | {
        "organization": found,
        "settings_pages": pages(actor, found),
        "roles": Role.choices,
        "graces": [(value, label) for value, (_grace, label) in GRACES.items()],
        "refusal": outcome if outcome and outcome.refusal else None,
        "form": form,
        "shown": shown,
    }
    return page(request, "keys.html", context)


def _list(
    request: HttpRequest, organization: Organization, typed: tuple[uuid.UUID, KeyForm] | None
) -> dict[str, Any]:
    """Return a page of accounts, each with its keys and the form that issues another."""
    after = uuid_in(request.GET, "after")
    own_keys = Prefetch("api_keys", ApiKey.objects.order_by("-pk"))
    accounts = organization.service_accounts.prefetch_related(own_keys).order_by("pk")
    if after:
        accounts = accounts.filter(pk__gt=after)
    rows = take(accounts[: ACCOUNTS_SHOWN + 1], ACCOUNTS_SHOWN)
    items = [
        {
            "account": account,
            "keys": listed(account.api_keys.all()),
            "form": typed[1]
            if typed and typed[0] == account.pk
            else KeyForm(prefix=str(account.pk)),
        }
        for account in rows.rows
    ]
    return {"accounts": items, "page": rows}


def _create(form: ServiceAccountForm, actor: Actor, organization: Organization) -> str:
    """Create an account; return what to say, or nothing when the form has errors."""
    try:
        account = create_service_account(
            organization=organization, actor=actor, **form.cleaned_data
        )
    except (Invalid, Conflict) as error:
        refuse(form, error)
        return ""
    return _("{name} is a service account now. Issue a key to it.").format(name=account.name)


def _change_role(request: HttpRequest, actor: Actor, organization: Organization) -> str:
    account = _account(request, organization)
    changed = set_service_role(account=account, role=request.POST.get("role", ""), actor=actor)
    return _("{name} is {role} now.").format(name=changed.name, role=changed.get_role_display())


def _account(request: HttpRequest, organization: Organization) -> ServiceAccount:
    id = uuid_in(request.POST, "account")
    account = organization.service_accounts.filter(pk=id).first() if id else None
    if account is None:
        raise NotFound("There is no such service account. Look at the list again.")
    return account

"""API keys: service accounts and their keys for admins, people's own keys for themselves.

A new key is shown once, in the answer to the form that issued it: never in an address, a session or
a log, and no cache may keep that answer.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from trails.actions.keys import (
    create_service_account,
    issue_service_key,
    issue_user_key,
    revoke_key,
)
from trails.actors import Actor
from trails.authentication import actor_of_session
from trails.errors import Conflict, Invalid, NotFound
from trails.models import ApiKey, Organization, ServiceAccount
from trails.permissions import Act
from trails.web.forms import KeyForm, ServiceAccountForm, refuse
from trails.web.organizations import managed
from trails.web.paging import take, uuid_in
from trails.web.responses import page

ACCOUNTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Shown:
    """A key that was issued just now, with its token, for the one page that shows it."""

    key: ApiKey
    token: str


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, organization: str) -> HttpResponseBase:
    """List service accounts with their keys; create one, issue or revoke a key, as `act` says."""
    actor = actor_of_session(request)
    found = managed(actor, organization, Act.MANAGE_KEYS)
    act = request.POST.get("act")
    account_form = ServiceAccountForm(request.POST if act == "create-account" else None)
    typed: tuple[uuid.UUID, KeyForm] | None = None
    shown = None
    if act == "create-account" and account_form.is_valid():
        if _create(account_form, actor, found):
            messages.success(request, "The service account is there. Now issue a key to it.")
            return redirect("keys", found.name)
    elif act == "issue":
        account = _account(request, found)
        form = KeyForm(request.POST, prefix=str(account.pk))
        shown = _issue(form, issue_service_key, account=account, actor=actor)
        typed = None if shown else (account.pk, form)
    elif act == "revoke":
        key = _key(request, ApiKey.objects.filter(service_account__organization=found))
        revoke_key(key=key, actor=actor)
        messages.success(request, f"The key {key} is revoked and works no more.")
        return redirect("keys", found.name)
    after = uuid_in(request.GET, "after")
    own_keys = Prefetch("api_keys", ApiKey.objects.order_by("-pk"))
    accounts = found.service_accounts.prefetch_related(own_keys).order_by("pk")
    if after:
        accounts = accounts.filter(pk__gt=after)
    rows = take(accounts[: ACCOUNTS_SHOWN + 1], ACCOUNTS_SHOWN)
    context = {
        "organization": found,
        "accounts": [
            {
                "account": account,
                "keys": list(account.api_keys.all()),
                "form": typed[1]
                if typed and typed[0] == account.pk
                else KeyForm(prefix=str(account.pk)),
            }
            for account in rows.rows
        ],
        "page": rows,
        "form": account_form,
        "shown": shown,
    }
    return page(request, "keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def own_keys(request: HttpRequest) -> HttpResponseBase:
    """List a person's own keys; issue or revoke one, as `act` says."""
    actor = actor_of_session(request)
    user = actor.user
    if user is None:  # the middleware has sent strangers to the sign-in page
        raise NotFound("Sign in to see your keys.")
    act = request.POST.get("act")
    form = KeyForm(request.POST if act == "issue" else None)
    shown = None
    if act == "issue":
        shown = _issue(form, issue_user_key, user=user, actor=actor)
        form = KeyForm() if shown else form
    elif act == "revoke":
        key = _key(request, ApiKey.objects.filter(user=user))
        revoke_key(key=key, actor=actor)
        messages.success(request, f"The key {key} is revoked and works no more.")
        return redirect("own_keys")
    context = {
        "keys": list(ApiKey.objects.filter(user=user).order_by("-pk")),
        "form": form,
        "shown": shown,
    }
    return page(request, "own_keys.html", context)


def _create(form: ServiceAccountForm, actor: Actor, organization: Organization) -> bool:
    try:
        create_service_account(organization=organization, actor=actor, **form.cleaned_data)
    except (Invalid, Conflict) as error:
        refuse(form, error)
        return False
    return True


def _issue(form: KeyForm, issue: Any, **owner: Any) -> Shown | None:
    """Issue a key as the form says and return it with its token; None when the form has errors."""
    if not form.is_valid():
        return None
    try:
        key, token = issue(
            description=form.cleaned_data["description"], expires_at=form.expires_at(), **owner
        )
    except (Invalid, Conflict) as error:
        if error.field == "expires_at":
            error.field = "expires_on"
        refuse(form, error)
        return None
    return Shown(key, token)


def _account(request: HttpRequest, organization: Organization) -> ServiceAccount:
    id = uuid_in(request.POST, "account")
    account = organization.service_accounts.filter(pk=id).first() if id else None
    if account is None:
        raise NotFound("There is no such service account. Look at the list again.")
    return account


def _key(request: HttpRequest, keys: QuerySet[ApiKey]) -> ApiKey:
    id = uuid_in(request.POST, "key")
    key = keys.filter(pk=id).first() if id else None
    if key is None:
        raise NotFound("There is no such key. Look at the list again.")
    return key

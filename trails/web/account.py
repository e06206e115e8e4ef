"""A person's own account, and the addresses below /account/ that come before allauth's.

A person's e-mail address is their identity: admins add people by it. Were people free to change it,
anybody could take the address of somebody who is about to be added. So allauth's pages for
addresses, and for signing in by a code, do not exist here.
"""

from typing import NoReturn

from allauth.mfa.models import Authenticator
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from trails.authentication import actor_of_session
from trails.errors import NotFound
from trails.models import ApiKey, Membership
from trails.web import keys
from trails.web.responses import page

KEYS_LOOKED_AT = 200


@require_safe
def account(request: HttpRequest) -> HttpResponseBase:
    """Show who one is here, how one signs in, and where one belongs."""
    user = actor_of_session(request).user
    if user is None:  # the middleware has sent strangers to the sign-in page
        raise NotFound("Sign in to see your account.")
    own = ApiKey.objects.filter(user=user, revoked_at=None).order_by("-pk")[:KEYS_LOOKED_AT]
    factors = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    context = {
        "person": user,
        "memberships": Membership.objects.filter(user=user)
        .select_related("organization")
        .order_by("organization__name"),
        "keys": [key for key in own if key.is_usable],
        "has_app": Authenticator.Type.TOTP in factors,
        "passkeys": list(factors).count(Authenticator.Type.WEBAUTHN),
    }
    return page(request, "account/overview.html", context)


@login_not_required
def not_offered(request: HttpRequest, key: str = "") -> NoReturn:
    """Answer 404 for a page that allauth has and this instance does not offer."""
    raise NotFound("This is not offered here. An operator of the instance changes addresses.")


urlpatterns = [
    path("", account, name="account"),
    path("keys/", keys.own_keys, name="own_keys"),
    path("email/", not_offered),
    path("confirm-email/", not_offered),
    path("confirm-email/<str:key>/", not_offered),
    path("login/code/confirm/", not_offered),
]

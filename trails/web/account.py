"""Addresses below /account/ that come before allauth's: what is ours, and what is not offered.

A person's e-mail address is their identity: admins add people by it. Were people free to change it,
anybody could take the address of somebody who is about to be added. So allauth's pages for
addresses, and for signing in by a code, do not exist here.
"""

from typing import NoReturn

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.urls import path

from trails.errors import NotFound
from trails.web import keys


@login_not_required
def not_offered(request: HttpRequest, key: str = "") -> NoReturn:
    """Answer 404 for a page that allauth has and this instance does not offer."""
    raise NotFound("This is not offered here. An operator of the instance changes addresses.")


urlpatterns = [
    path("keys/", keys.own_keys, name="own_keys"),
    path("email/", not_offered),
    path("confirm-email/", not_offered),
    path("confirm-email/<str:key>/", not_offered),
    path("login/code/confirm/", not_offered),
]

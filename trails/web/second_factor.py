"""What the pages add to allauth's second factors: forms that survive nonsense, and the demand.

Not for keys: whoever reports by an API key has no second factor, and needs none.
"""

import logging
from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms
from django.contrib import messages
from django.forms import HiddenInput, JSONField
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from trails.second_factor import is_demanded

logger = logging.getLogger(__name__)

# Signing out and everything one needs to set one up; and what is not a page of a person. Pages by
# their whole address: an organization may be called `readymade`. One's own keys are not among them:
# a key needs no second factor, so whoever lacks one must not issue themselves a way around it.
_OPEN = (
    *("/account/second-factor/", "/account/reauthenticate/", "/account/password/"),
    *("/account/login/", "/account/sessions/", "/api/", "/static/"),
)
_OPEN_PAGES = frozenset({"/account/", "/account/logout/", "/ready", "/healthz"})


class Demand:
    """Leads people who must have a second factor, and have none, to where they set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # As the resolver sees it: the dialect's addresses may begin with any number of slashes.
        path = "/" + request.path.lstrip("/")
        is_open = path in _OPEN_PAGES or path.startswith(_OPEN)
        if is_open or not request.user.is_authenticated:
            return self.get_response(request)
        if is_demanded(request.user):
            messages.error(
                request, _("This instance asks for a second factor. Set one up, then go on.")
            )
            return redirect(reverse("mfa_index"))
        return self.get_response(request)


def _checked(check: Callable[[], Any]) -> Any:
    """Return what a check of a credential returns; refuse what is not shaped like a credential.

    Threat. The field takes any JSON from anybody, strangers who sign in included. What lacks a part
    or has it in another type fails deep inside the parser, by whatever error comes first there.
    """
    try:
        return check()
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        logger.info("A credential was refused.", exc_info=error)
        raise get_adapter().validation_error("incorrect_code") from error


class CredentialField(JSONField):
    """What a browser says of a passkey, as JSON; nested without end, it would end the parser."""

    def to_python(self, value: Any) -> Any:
        """Return the object that was sent."""
        try:
            return super().to_python(value)
        except RecursionError as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AddForm(forms.AddWebAuthnForm):
    """A passkey to add."""

    credential = CredentialField(widget=HiddenInput)

    def clean(self) -> Any:
        """Return the fields, if the credential is one for the challenge that was given."""
        return _checked(super().clean)


class AuthenticateForm(forms.AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""

    credential = CredentialField(widget=HiddenInput)

    def clean_credential(self) -> Any:
        """Return whose passkey it is."""
        return _checked(super().clean_credential)


class LoginForm(forms.LoginWebAuthnForm):
    """A passkey instead of a password."""

    credential = CredentialField(widget=HiddenInput)

    def clean_credential(self) -> Any:
        """Return whose passkey it is."""
        return _checked(super().clean_credential)


class ReauthenticateForm(forms.ReauthenticateWebAuthnForm):
    """A passkey to confirm that it is still the same person."""

    credential = CredentialField(widget=HiddenInput)

    def clean_credential(self) -> Any:
        """Return whose passkey it is."""
        return _checked(super().clean_credential)

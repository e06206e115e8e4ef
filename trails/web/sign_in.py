"""The words of the forms of sign-in and passwords; what they do is allauth's."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from django.utils.translation import gettext_lazy as _


class _Labelled:
    """A form whose labels are in the voice of all others, each said once."""

    labels: dict[str, Any]
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Labelled, LoginForm):
    """Asks for an address and a password."""

    labels = {"remember": _("Stay signed in on this device")}


_NEW = {"password1": _("New password"), "password2": _("New password, again")}


class NewPasswordForm(_Labelled, ChangePasswordForm):
    """Asks for the password of now and another one."""

    labels = {"oldpassword": _("Password of now"), **_NEW}


class FirstPasswordForm(_Labelled, SetPasswordForm):
    """Asks somebody who has none for a password."""

    labels = _NEW


class ResetPasswordForm(_Labelled, ResetPasswordKeyForm):
    """Asks for a new password, after the link in an e-mail."""

    labels = _NEW

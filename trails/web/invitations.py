"""The e-mail by which a person with a new account sets a password.

It is allauth's password reset: a link that works once, for a limited time, and never through this
application's pages.
"""

import logging
import smtplib

from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from trails.models import User

logger = logging.getLogger(__name__)


def invite(request: HttpRequest, user: User) -> str:
    """Mail a person the link that sets a password; return in words what happened."""
    form = ResetPasswordForm({"email": user.email})
    if not form.is_valid():
        raise ValueError(f"allauth does not take {user.email}: {form.errors.as_json()}")
    try:
        form.save(request)
    except (OSError, smtplib.SMTPException):
        # The person is added all the same, and can ask for the link again.
        logger.exception("The invitation could not be sent.")
        return _(
            "The e-mail to {email} could not be sent; an operator finds why in what the server "
            "prints. Until it arrives they cannot sign in: ask them to use 'Forgot your password?'."
        ).format(email=user.email)
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return _(
            "This server sends no e-mail: it prints the link with which {email} sets a password, "
            "and an operator passes it on."
        ).format(email=user.email)
    return _("A link to set a password is on its way to {email}.").format(email=user.email)

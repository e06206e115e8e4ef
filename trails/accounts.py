"""How allauth fits this house: accounts are made by admins, and sign-ins leave an activity."""

import logging
import smtplib
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trails import sign_ins

logger = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    """Nobody signs up; who signs in is noted."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # The same words whether the account exists or not.
        "email_password_mismatch": _(
            "The address or the password is not correct. Type both again, or set a new password."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return false: an admin adds people on the members page."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link on the public address, whatever host and port the asker named."""
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.PUBLIC_URL}{path}"

    def send_notification_mail(self, template_prefix: str, user: Any, **kwargs: Any) -> None:
        """Mail a person what was changed on their account. It stays changed if no mail goes out."""
        try:
            super().send_notification_mail(template_prefix, user, **kwargs | {"email": user.email})
        except (OSError, smtplib.SMTPException):
            logger.exception("A person could not be told what was changed on their account.")

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Note the sign-in, then go on."""
        sign_ins.opened(user)
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note the failure, then go on."""
        sign_ins.refused(str(credentials.get("email", "")), "password")
        super().authentication_failed(request, **credentials)

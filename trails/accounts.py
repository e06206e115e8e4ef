"""How allauth fits this house: accounts are made by admins, and sign-ins leave an activity."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from trails import actors
from trails.actions import records


class Adapter(DefaultAccountAdapter):
    """Nobody signs up; who signs in is noted."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return false: an admin adds people on the members page."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link on the public address, whatever host and port the asker named."""
        path = urlsplit(super().get_reset_password_from_key_url(key)).path
        return f"{settings.PUBLIC_URL}{path}"

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        """Note the sign-in, then go on."""
        records.note(None, actor=actors.for_user(user), verb="signed-in", subject=user.email)
        return super().post_login(request, user, **kwargs)

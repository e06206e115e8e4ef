"""Notes who signs in and out, and where somebody failed to sign in as a person there is.

Threat. An activity is kept for ever, and anybody may fail to sign in: so a person's failures are
noted once in ten minutes at most, however many there are, and those under addresses that nobody has
here not at all. Whether somebody has an address must not show by the time that a failure takes: the
same is asked and kept for every address, and only the one row in ten minutes is more.
"""

import hashlib
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache

from trails import actors
from trails.actions import records
from trails.actors import SYSTEM
from trails.models import User

REFUSALS_APART = 600
"""Seconds between two notes of failures of the same person."""


def opened(user: User) -> None:
    """Note that a person signed in."""
    records.note(None, actor=actors.for_user(user), verb="session.opened", subject=user.email)


def closed(user: User) -> None:
    """Note that a person signed out."""
    records.note(None, actor=actors.for_user(user), verb="session.closed", subject=user.email)


def refused(email: str, reason: str) -> None:
    """Note that somebody failed to sign in as the person with this address, if there is one.

    It is noted as done by the system: who it was is not known. `reason`: what was wrong, in a word
    or two, such as `password`.
    """
    address = email.lower()
    if not address.isprintable():  # a NUL, half a surrogate pair: no database looks for these
        return
    digest = hashlib.sha256(address.encode()).hexdigest()
    if not cache.add(f"refused:{digest}", 1, REFUSALS_APART):
        return
    user = User.objects.filter(email=address).first()
    if user is None:
        return
    details = {"user": str(user.pk), "reason": reason}
    records.note(None, actor=SYSTEM, verb="session.refused", subject=user.email, details=details)


def listen() -> None:
    """Hear of every sign-out, also of those that no page of ours asks for."""
    user_logged_out.connect(_on_logged_out, dispatch_uid="trails.sign_ins")


def _on_logged_out(sender: Any, user: Any = None, **kwargs: Any) -> None:
    if isinstance(user, User):  # a session that had ended already is nobody's
        closed(user)

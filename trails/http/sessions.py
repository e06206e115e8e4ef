"""Sessions in the database, whose keys are looked up only when they can be keys.

Threat. A cookie is whatever a stranger sends; a NUL in it is more than PostgreSQL can look for.
"""

from typing import Any

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    """Django's own store, but for the check of the key."""

    def _validate_session_key(self, key: Any) -> bool:
        fits = super()._validate_session_key(key)  # type: ignore[misc]  # not in the stubs
        return bool(fits) and key.isascii() and key.isalnum()

"""Lets pages that only read take facts from a copy of the database that follows it.

What is written once cannot be out of date in a copy, only missing. So it is facts alone that a page
may read there, with the verdicts and numbers derived from them; and what a copy cannot answer, be
it that a row has not come yet, that a statement was cut short or that nobody is there, the primary
is asked. Everything else is read from the primary always: people, sessions, keys, memberships, and
what a trail is at the moment. API and Kosli dialect, downloads, and everybody who has changed
something on a page a moment ago, read nothing but the primary.

Threat. A membership that was revoked, or a trail that was made private, must not live on in a copy
that lags. Whether somebody may see something is decided by rows of the primary: `lookups` fetch
trails and workflows there, and `visible_to` is pinned to it. The mark of who has just written is a
cookie that anybody may forge, and all it does is to ask the primary.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from evidence.append_only import AppendOnly
from trails.models import StateCount, WorkflowStatus

logger = logging.getLogger(__name__)

ALIAS = "replica"
COOKIE = "wrote"
PAGES = frozenset(
    {"home", "organization", "trail", "trail_feed", "trail_versions", "workflow", "attestation"}
)
"""Names of the addresses whose pages may lag."""
LEFT_ALONE = 30.0
"""Seconds for which nobody asks a replica that failed: each would wait for it in vain."""

_DERIVED = (WorkflowStatus, StateCount)
_may_lag: ContextVar[bool] = ContextVar("may_lag", default=False)


class Router:
    """Sends reads of facts to the replica, where the page that runs may lag."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """Return the replica for a fact that a lagging page reads, outside of any transaction."""
        if not _may_lag.get() or not issubclass(model, (AppendOnly, *_DERIVED)):
            return DEFAULT_DB_ALIAS
        # Within a transaction a page looks at one state of things, and may be about to write.
        return DEFAULT_DB_ALIAS if connections[DEFAULT_DB_ALIAS].in_atomic_block else ALIAS

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Return the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        """Return true: a row and its copy have the same key."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Return true for the primary alone: a replica follows by itself."""
        return db == DEFAULT_DB_ALIAS


class PagesMayLag:
    """Runs the pages of `PAGES` on the replica first, and marks browsers that have just written.

    The innermost middleware: whoever may not see the page has been sent away before.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._asked_again_at = 0.0

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = not request.path.lstrip("/").startswith("api/")
        if is_page and request.method not in {"GET", "HEAD", "OPTIONS"}:
            response.set_cookie(
                COOKIE,
                "1",
                max_age=settings.REPLICA_LAG,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Return the page as the replica has it; None, for the primary to be asked."""
        if not self._may_lag(request):
            return None
        token = _may_lag.set(True)
        try:
            response: HttpResponseBase = view(request, *args, **kwargs)
        except DatabaseError as error:
            self._asked_again_at = time.monotonic() + LEFT_ALONE
            logger.warning("The replica failed; the primary is asked: %s", str(error).strip())
            return None
        # Whatever it is: the primary may know better, and says it aloud if it does not.
        except Exception as error:
            logger.info("The replica did not do for %s: %r", request.path, error)
            return None
        finally:
            _may_lag.reset(token)
        return response if response.status_code < 400 else None

    def _may_lag(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return (
            match is not None
            and match.view_name in PAGES
            and request.method in {"GET", "HEAD"}
            and COOKIE not in request.COOKIES
            and time.monotonic() >= self._asked_again_at
        )

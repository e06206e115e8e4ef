"""What every request gets: an id, a log line, and headers that keep a browser from harm."""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.encoding import iri_to_uri
from uuid_utils.compat import uuid7

from trails.http.logs import request_id

Handler = Callable[[HttpRequest], HttpResponseBase]
logger = logging.getLogger("trails.request")

# Whoever reads the log must not be able to set a person's password by the link mailed to them.
_KEY_IN_PATH = re.compile(r"(/account/password/reset/key/)[^/]+")
_GOOD_ID = re.compile(r"[A-Za-z0-9._\-]{8,64}")

# Threat. Evidence, names and descriptions are hostile. Were one ever rendered unescaped, the policy
# still lets no inline script, no other host and no frame in. Pages need nothing but our own files.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    ]
)
# For bytes that strangers wrote: even opened in a tab, they run and load nothing.
SANDBOX_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestId:
    """Gives each request an id, `X-Request-ID` if that is a plain one, and logs its outcome."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if _GOOD_ID.fullmatch(given) else str(uuid7()))
        begun = time.monotonic()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request_id.get()
            logger.info(
                "%s %s %s",
                request.method,
                _loggable(request.path),
                response.status_code,
                extra={
                    "status": response.status_code,
                    "seconds": round(time.monotonic() - begun, 4),
                },
            )
            return response
        finally:
            request_id.reset(token)


def _loggable(path: str) -> str:
    """Return a path without line breaks, which would forge lines, and without a person's secret."""
    return _KEY_IN_PATH.sub(r"\1...", iri_to_uri(path))


class SecurityHeaders:
    """Adds the content security policy and its companions, unless a view set a stricter one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # What did not say that it may be kept is not: pages of others carry a person's name.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

"""What every page's template may use besides its own context."""

from django.conf import settings
from django.http import HttpRequest

from trails.http.logs import request_id


def instance(request: HttpRequest) -> dict[str, str]:
    """Return the facts about this instance that pages show."""
    return {"public_url": settings.PUBLIC_URL, "request_id": request_id.get()}

"""What every page's template may use besides its own context."""

from django.conf import settings
from django.http import HttpRequest


def instance(request: HttpRequest) -> dict[str, str]:
    """Return the facts about this instance that pages show."""
    return {"public_url": settings.PUBLIC_URL}

"""Keeps what somebody typed when its form could not be taken, and lets them send it again.

Signing in takes a new token, and a session ends: the form of a page that was open meanwhile is
refused. Going back would show it empty, because private pages are not stored. So the refusal holds
what was typed, and a button that sends it with a token that is good now.

Threat. A page of somebody else could have a person sign what they did not write. Only a form whose
browser says that it comes from here (Origin) is offered again; forms with passwords never are.
"""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from trails.http.uploads import FIRST_FIELD

_NEVER = ("/account/", "/admin/")


def came_from_here(request: HttpRequest) -> bool:
    """Tell whether the browser says that a page of this site sent the request."""
    origin = request.headers.get("Origin")
    here = f"{request.scheme}://{request.get_host()}"
    return origin is not None and origin in {here, settings.PUBLIC_URL}


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a form that was sent, in order; none where it is not to be offered.

    Files are left out: a browser has to be given them anew. A body that was read already, or that
    is larger than any form, gives nothing.
    """
    if request.method != "POST" or request.path.startswith(_NEVER):
        return []
    try:
        if not came_from_here(request):
            return []
        post = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, MultiPartParserError, UnreadablePostError):
        return []
    return [
        (name, value) for name, values in post.lists() for value in values if name != FIRST_FIELD
    ]

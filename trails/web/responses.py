"""How pages and downloads answer: rendering, and what browsers and proxies may keep.

What is private is never stored. What is public may be kept, but is asked for again every time: it
may have become private. A signed-in person's page carries their name, so only their own browser
may keep it.
"""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag

from trails.http.compression import compress


def cache_control(request: HttpRequest, *, public: bool) -> str:
    """Return the Cache-Control of an answer about something public or private."""
    if not public:
        return "no-store"
    return "private, no-cache" if request.user.is_authenticated else "no-cache"


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    public: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    """Return a rendered page; 304 where a stranger has the same page already.

    Templates know by `is_shown_to_all` whether the page may be found and previewed elsewhere.
    """
    context = {**context, "is_shown_to_all": public and status == 200}
    response = render(request, template, context, status=status)
    response["Cache-Control"] = cache_control(request, public=public)
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    is_for_all = public and not request.user.is_authenticated
    if not is_for_all or status != 200:
        return compress(request, response, secret=True)
    set_response_etag(response)
    etag = response["ETag"]
    # The page itself unless the client has it.
    given = get_conditional_response(request, etag=etag, response=response)
    return compress(request, given, secret=False) if given is response else given or response

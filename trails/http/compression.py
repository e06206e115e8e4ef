"""Compresses answers that hold nothing an onlooker could guess by their length.

Not for downloads: they are streamed, and none of this touches a streaming answer.

Threat (BREACH). Whoever sees the length of encrypted answers, and can make a victim's browser ask
for addresses of their choice, guesses a secret of the page letter by letter: a right guess that the
page repeats compresses better. So it takes a secret, and something that repeats what the address
says. What strangers get holds no secret: everybody gets the same. A page that carries a person's
name, token or private things is compressed only when its address has no query, so that nothing of
the attacker's choice is in it, and even then with up to a hundred random bytes (Heal the BREACH);
Django masks the token anew in each answer besides. An error page repeats the address, and whatever
does not come through here, such as forms for passwords and keys just made, is never compressed.
"""

import re

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import compress_string

# What is shorter than a packet gains nothing.
_LEAST = 860
_RANDOM_BYTES = 100
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)


def compress(request: HttpRequest, response: HttpResponse, *, secret: bool) -> HttpResponse:
    """Return the answer, compressed where the client takes it and it is safe.

    `secret` says that it was made for one person. The tag of a compressed answer is weak: it names
    the same page, and not the same bytes (RFC 9110 §8.8.1).
    """
    patch_vary_headers(response, ["Accept-Encoding"])
    if response.status_code != 200 or len(response.content) < _LEAST:
        return response
    if secret and (request.method not in ("GET", "HEAD") or request.META.get("QUERY_STRING")):
        return response
    if not _GZIP.search(request.headers.get("Accept-Encoding", "")):
        return response
    packed = compress_string(response.content, max_random_bytes=_RANDOM_BYTES if secret else None)
    if len(packed) >= len(response.content):
        return response
    response.content = packed
    response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(packed))
    tag = response.get("ETag", "")
    if tag.startswith('"'):
        response["ETag"] = f"W/{tag}"
    return response

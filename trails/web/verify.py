"""The page that verifies an evidence package in the browser, and the copy of it that people keep.

Nothing is uploaded: the page is scripts and words, and knows no package. What it checks, and why it
may be believed, is in `static/js/verify/`.

Threat. Whoever runs the server could serve a page that calls every package verified. So the page
can be kept: `offline` is one file that is the same, byte for byte, from every server of this
release, needs no network, and forbids itself to use one.
"""

import base64
import hashlib
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from trails.web.responses import page

# In this order: each builds on those before it.
SCRIPTS = tuple(
    f"js/verify/{name}.js"
    for name in (
        *("bytes", "sha256", "crc32", "source", "names", "zip", "unzip", "contents"),
        *("note", "merkle", "policy", "statement", "predicates", "report"),
        *("bag", "statements", "disposals", "evidence", "log", "workflow"),
        *("verify", "results", "page"),
    )
)
STYLES = ("css/tokens.css", "css/base.css", "css/components.css", "css/pages.css")
OFFLINE_NAME = "trailkeeper-verify.html"


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponseBase:
    """Show the page. `?key=` is read by its script, and by nobody here."""
    return page(request, "verify.html", {"scripts": SCRIPTS}, public=True)


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Answer the page as one file with its scripts and styles inside.

    Its own policy takes these by their hashes and nothing else: no request can leave it.
    """
    scripts = [_source(path) for path in SCRIPTS]
    style = "".join(_source(path) for path in STYLES)
    policy = [
        "default-src 'none'",
        f"script-src {' '.join(_hash(script) for script in scripts)}",
        f"style-src {_hash(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    context = {
        "policy": "; ".join(policy),
        "style": _inline("style", style),
        "scripts": [_inline("script", script) for script in scripts],
    }
    response = render(request, "verify_offline.html", context)
    response["Content-Disposition"] = f'attachment; filename="{OFFLINE_NAME}"'
    return response


def _source(path: str) -> str:
    """Return the text of a static file of ours."""
    found = finders.find(path)
    if found is None:
        raise FileNotFoundError(f"The static file {path} is missing: install the release again.")
    return Path(str(found)).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the source expression of an inline script or style (CSP Level 3 §2.3.1)."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _inline(tag: str, text: str) -> SafeString:
    """Return a static file of ours as an element. It must not hold the element's end."""
    if f"</{tag}" in text.lower() or "<!--" in text:
        raise ValueError(f"A file for <{tag}> holds the element's end: write it in two pieces.")
    return mark_safe(f"<{tag}>{text}</{tag}>")  # noqa: S308  our own files, checked above

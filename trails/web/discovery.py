"""What programs ask of every site: who may crawl what, what is here, icons, whom to tell of a hole.

Threat. A sitemap that named one private trail would tell the world that it exists. Everything here
is asked for as a stranger, and goes by the visibility of this moment.
"""

import datetime
import uuid
from collections.abc import Iterable
from xml.sax.saxutils import escape

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from trails.actors import STRANGER
from trails.errors import NotFound
from trails.models import Organization, Trail, WorkflowStatus
from trails.web.pictures import icon
from trails.web.public import given

TRAILS_LISTED = 10_000
ADDRESSES_LISTED = 5_000
"""Of one part. The protocol allows 50,000, which would be long in the making."""
_XML = "application/xml; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"
_SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
_A_DAY = 86_400
_SECURITY_DAYS = 180
# People's pages, programs' pages, forms, bytes that strangers wrote, and endless ways to filter.
_NOT_CRAWLED = (
    *("/account/", "/admin/", "/api/", "/search", "/styleguide", "/s/", "/*/settings/", "/*/new"),
    *("/*/log/tile/", "/*/*/configure", "/*/*/versions", "/*/*/workflows.csv", "/*/*/*/attest"),
    *("/*/*/*/package", "/*/*/*/*/evidence/", "/*/*/*/*/statement", "/*/*/*/*/proof"),
    *("/*/*/*/*/user-data", "/*?"),
)

_Address = tuple[str, datetime.datetime | None]


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponseBase:
    """Answer what may be crawled (RFC 9309). It keeps nobody out: what is private is 404."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_CRAWLED), "Allow: /", ""]
    lines += [f"Sitemap: {settings.PUBLIC_URL}{reverse('sitemap')}", ""]
    return given(request, "\n".join(lines).encode(), _TEXT, fresh=3600)


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponseBase:
    """Answer the index: a part for the site's own pages, and one for each public trail."""
    newest = Trail.objects.public().order_by("-pk").values_list("pk", flat=True)
    parts: list[_Address] = [(reverse("sitemap_pages"), None)]
    parts += [(reverse("sitemap_part", args=[pk]), None) for pk in newest[:TRAILS_LISTED]]
    return given(request, _listing("sitemapindex", "sitemap", parts), _XML)


@login_not_required
@require_safe
def sitemap_pages(request: HttpRequest) -> HttpResponseBase:
    """Answer the part of the site's own pages and of organizations with public trails."""
    names = (
        Organization.objects.visible_to(STRANGER).order_by("name").values_list("name", flat=True)
    )
    pages: list[_Address] = [(reverse(name), None) for name in ("home", "about", "verify")]
    for name in names[: ADDRESSES_LISTED // 2]:
        pages += [(reverse(page, args=[name]), None) for page in ("organization", "log")]
    return given(request, _listing("urlset", "url", pages), _XML)


@login_not_required
@require_safe
def sitemap_part(request: HttpRequest, trail: uuid.UUID) -> HttpResponseBase:
    """Answer the part of a public trail: its page and its newest workflows."""
    found = (
        Trail.objects.public().select_related("organization", "current").filter(pk=trail).first()
    )
    if found is None:
        raise NotFound(f"There is no public trail {trail}. {reverse('sitemap')} lists them.")
    newest = WorkflowStatus.objects.filter(trail=found).order_by("-workflow")
    rows = newest.values_list("workflow__name", "last_at")[: ADDRESSES_LISTED - 1]
    names = [found.organization.name, found.name]
    pages: list[_Address] = [(reverse("trail", args=names), None)]
    pages += [(reverse("workflow", args=[*names, name]), last_at) for name, last_at in rows]
    return given(request, _listing("urlset", "url", pages), _XML)


def _listing(root: str, item: str, addresses: Iterable[_Address]) -> bytes:
    """Return a sitemap or an index of sitemaps (sitemaps.org)."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{_SITEMAPS}">']
    for path, moment in addresses:
        said = f"<loc>{escape(settings.PUBLIC_URL + path)}</loc>"
        if moment:
            said += (
                f"<lastmod>{moment.astimezone(datetime.UTC).isoformat('T', 'seconds')}</lastmod>"
            )
        lines.append(f"<{item}>{said}</{item}>")
    return "\n".join([*lines, f"</{root}>", ""]).encode()


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponseBase:
    """Answer the icon that programs ask for which read no page."""
    return given(request, icon(32, "ICO"), "image/x-icon", fresh=_A_DAY)


@login_not_required
@require_safe
def touch_icon(request: HttpRequest) -> HttpResponseBase:
    """Answer the icon of a bookmark on a telephone."""
    return given(request, icon(180), "image/png", fresh=_A_DAY)


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponseBase:
    """Answer whom to tell of a hole (RFC 9116), where the operator has said so."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    # The same text for a day, so that it can be kept; it must say until when it is to be believed.
    today = timezone.now().astimezone(datetime.UTC).date()
    expires = today + datetime.timedelta(days=_SECURITY_DAYS)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        f"Canonical: {settings.PUBLIC_URL}{reverse('security_txt')}",
        "Preferred-Languages: en",
        "",
    ]
    return given(request, "\n".join(lines).encode(), _TEXT, fresh=3600)

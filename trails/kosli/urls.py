"""Addresses of the dialect, included with any number of slashes before them (contract 0.4).

Names and ids come unescaped, so one that holds a slash spans segments; no address ends in a slash
and none is redirected, because a redirected POST comes back as a GET.
"""

from django.urls import URLPattern, re_path

from trails.kosli import audit_trails, evidence, organizations, workflows
from trails.kosli.dispatch import Endpoint, endpoint, nowhere

# An empty name is a name that is missing: `get workflow` without its audit trail sends `//`.
ORGANIZATION = "(?P<organization>[^/]*)"
TRAIL = "(?P<trail>[^/]*)"


def _route(path: str, name: str, **endpoints: Endpoint) -> URLPattern:
    return re_path(rf"^api/v2/{path}\Z", endpoint(**endpoints), name=f"kosli-{name}")


urlpatterns = [
    _route(
        f"audit_trails/{ORGANIZATION}",
        "audit-trails",
        PUT=audit_trails.configure,
        GET=audit_trails.list_all,
    ),
    _route(
        rf"audit_trails/{ORGANIZATION}/(?P<trail>(?:.|\n)*)", "audit-trail", GET=audit_trails.show
    ),
    _route(f"workflows/{ORGANIZATION}/{TRAIL}", "workflows", GET=workflows.list_page),
    _route(
        rf"workflows/{ORGANIZATION}/{TRAIL}/(?P<id>(?:.|\n)*)",
        "workflow",
        GET=workflows.show,
        POST=workflows.begin,
    ),
    _route(
        rf"evidence/{ORGANIZATION}/workflow/(?P<trail>(?:.|\n)*)/generic",
        "evidence",
        POST=evidence.report,
    ),
    _route(
        f"organizations/{ORGANIZATION}/experimental_features",
        "experimental-features",
        PUT=organizations.switch,
    ),
    # Everything else that is not our own API: answered here, because a page helps no client.
    re_path(r"^api(?:/(?!v1/)(?:.|\n)*)?\Z", nowhere, name="kosli-nowhere"),
]

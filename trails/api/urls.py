"""Addresses of the API. Everything under /api/v1/ ends here, so that nothing falls to the pages."""

from typing import cast

from django.urls import URLPattern, path, re_path

from trails.api.app import api
from trails.api.dialect import no_route, spoken

_routes, _app_name, _namespace = api.urls
for _route in cast(list[URLPattern], _routes):
    _route.callback = spoken(_route.callback)

urlpatterns = [
    path("", (_routes, _app_name, _namespace)),
    re_path(r"^(?P<path>.*)\Z", spoken(no_route)),
]

"""All addresses. What is under /api/ answers JSON; everything else is a page."""

from django.contrib import admin
from django.urls import include, path, re_path

urlpatterns = [
    # The Kosli CLI joins host and path without care: a host with a trailing slash sends `//api/…`.
    re_path(r"^(?:/*)", include("trails.kosli.urls")),
    re_path(r"^(?:/*)api/v1/", include("trails.api.urls")),
    path("admin/", admin.site.urls),
    path("account/", include("trails.web.account")),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("", include("trails.web.urls")),
]
handler400 = "trails.web.errors.bad_request"
handler403 = "trails.web.errors.permission_denied"
handler404 = "trails.web.errors.not_found"
handler500 = "trails.web.errors.server_error"

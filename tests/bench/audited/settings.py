"""The product's settings, with django-auditlog and the addresses of this project."""

from config.settings import *  # noqa: F403  all of them is the point
from config.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "auditlog", "tests.bench.audited"]
MIDDLEWARE = [*MIDDLEWARE, "auditlog.middleware.AuditlogMiddleware"]
ROOT_URLCONF = "tests.bench.audited.urls"

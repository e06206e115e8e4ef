"""Probes: whether the process lives, and whether it can do its work."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evidence.vault import store

logger = logging.getLogger(__name__)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer `OK` while the process lives."""
    return HttpResponse("OK", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer `OK`, two letters, when database and vault work (contract 0.8); 503 otherwise.

    Whatever key is sent is ignored. What failed is in the log, not in the answer.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM trails_organization LIMIT 1")
        store.ready()
    except Exception:  # a probe answers for every failure there is, and the log says which
        logger.exception("Not ready.")
        return HttpResponse("Not ready", status=503, content_type="text/plain")
    return HttpResponse("OK", content_type="text/plain")

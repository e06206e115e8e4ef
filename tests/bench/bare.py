"""The yardstick of attesting: a bare Django view that inserts one row and writes one file.

Served by the same granian with the same settings of processes and threads, on the same PostgreSQL
through the same kind of pool. It reads the same body and keeps nothing else of what makes a report
evidence: no key, no form, no digest, no address by content, no record, no verdict, no middleware.
"""

import os
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import dj_database_url
import django
from django.conf import settings

DATABASE: dict[str, Any] = dict(dj_database_url.parse(os.environ["DATABASE_URL"]))
# The same pool as in config.settings; the options hold the address of the socket.
DATABASE["OPTIONS"] |= {"pool": {"min_size": 1, "max_size": 32, "timeout": 30}}

settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": DATABASE},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402  these need the settings above
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

FOLDER = Path(os.environ["DATA_DIR"]) / "bare"


class Row(models.Model):
    """What the view inserts."""

    name = models.CharField(max_length=100)
    size = models.IntegerField()
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = models.Manager()

    class Meta:
        app_label = "bench"
        db_table = "bench_row"

    def __str__(self) -> str:
        return self.name


def keep(request: HttpRequest) -> JsonResponse:
    """Write the body to one file, make it durable, and insert one row."""
    body = request.body
    name = str(uuid4())
    with (FOLDER / name).open("xb", buffering=0) as file:
        file.write(body)
        os.fsync(file.fileno())
    row = Row.objects.create(name=name, size=len(body))
    answer = JsonResponse({"id": row.pk}, status=201)
    # Django's CommonMiddleware would do this; without it the server sends chunks.
    answer["Content-Length"] = len(answer.content)
    return answer


def ready(request: HttpRequest) -> HttpResponse:
    """Answer what `tests.plugins.server` waits for."""
    return HttpResponse("OK", content_type="text/plain")


urlpatterns = [path("keep", keep), path("ready", ready)]
application = WSGIHandler()

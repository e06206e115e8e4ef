"""The yardstick of attesting: a bare Django view that inserts one row and writes one file.

Everything around the view is the product's: the same granian with the same processes and threads,
`config.wsgi` with the same settings, middleware, log lines and pool on the same PostgreSQL. It
reads the same multipart request, through Django's own `request.FILES`, writes the bytes of the
files into one file that it makes durable (fsync of the file and of its folder), and inserts one row
through the ORM. It does nothing of what makes a report evidence: no key, no permission, no strict
JSON, no digest, no address by content, no record, no verdict, no lock.
"""

import os
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare_settings"

from config.wsgi import application

__all__ = ["application"]

from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

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


@login_not_required
@csrf_exempt
def keep(request: HttpRequest) -> JsonResponse:
    """Write the files of a form into one file, make it durable, and insert one row."""
    body = b"".join(file.read() for file in request.FILES.getlist("evidence"))
    name = str(uuid4())
    with (FOLDER / name).open("xb", buffering=0) as file:
        file.write(body)
        os.fsync(file.fileno())
    folder = os.open(FOLDER, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    row = Row.objects.create(name=name, size=len(body))
    return JsonResponse({"id": row.pk}, status=201)


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """Answer what `tests.plugins.server` waits for."""
    return HttpResponse("OK", content_type="text/plain")


urlpatterns = [path("keep", keep), path("ready", ready)]

"""A plain Django view that saves what our attestation says, with one file, in one transaction.

Whoever wants a history of such rows takes a library for it: `audited` and `tracked` are two small
projects that differ in that alone. They run on the same granian with our settings, middleware, pool
and PostgreSQL, and read the same requests. Their file is saved by Django's own storage, which does
not wait for the disk, and nothing of it is hashed; the history can be changed by whoever can write
to its table.
"""

import json
import os
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

FOLDER = Path(os.environ["DATA_DIR"]) / "facts"


class Fact(models.Model):
    """What the view saves; a library watches the class that inherits from this one."""

    workflow = models.CharField(max_length=200)
    step = models.CharField(max_length=100)
    is_compliant = models.BooleanField(null=True)
    description = models.TextField(blank=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    # Three files as one: the least that a row with files may cost.
    file = models.FileField(storage=FileSystemStorage(location=FOLDER), upload_to="%Y/%m/%d")

    objects: ClassVar = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.step


def urls(model: Any) -> list[URLPattern]:
    """Give the addresses of a project that keeps facts in a model."""

    @login_not_required
    @csrf_exempt
    def keep(request: HttpRequest) -> JsonResponse:
        """Save a report and its files."""
        said = json.loads(request.POST["attestation"])
        body = b"".join(file.read() for file in request.FILES.getlist("evidence"))
        with transaction.atomic():
            fact = model.objects.create(
                workflow="run",
                step=said["step"],
                is_compliant=said["is_compliant"],
                by_name="robot",
                file=ContentFile(body, name="evidence.bin"),
            )
        return JsonResponse({"id": fact.pk}, status=201)

    @login_not_required
    def ready(request: HttpRequest) -> HttpResponse:
        """Answer what `tests.plugins.server` waits for."""
        return HttpResponse("OK", content_type="text/plain")

    return [path("keep", keep), path("ready", ready)]

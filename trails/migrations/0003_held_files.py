"""Files that wait for their attestation: what a form has uploaded is kept for a day.

The rows are not append-only: they go when the attestation is recorded, or with the next sweep.
"""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import evidence.models


class Migration(migrations.Migration):
    dependencies = (("trails", "0002_append_only"),)
    operations = (
        migrations.CreateModel(
            name="HeldFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=evidence.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "sha256",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9a-f]{64}\\Z", "A SHA-256 is 64 small hex digits."
                            )
                        ],
                    ),
                ),
                ("crc32", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("staged", models.CharField(max_length=64, unique=True)),
                (
                    "made_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workflow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="trails.workflow",
                    ),
                ),
            ],
        ),
    )

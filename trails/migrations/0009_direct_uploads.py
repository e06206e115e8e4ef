"""Uploads that clients put into the store of the vault themselves: rows that live for a day."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import evidence.models
from trails.words import ActorKind


class Migration(migrations.Migration):
    dependencies = (("trails", "0008_trail_packages"),)
    operations = (
        migrations.CreateModel(
            name="DirectUpload",
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
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="trails.organization",
                    ),
                ),
                ("by_kind", models.CharField(choices=ActorKind.choices, max_length=20)),
                ("by_id", models.CharField(max_length=36)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "sha256",
                    models.CharField(
                        db_index=True, max_length=64, validators=[evidence.models.HEX_SHA256]
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("crc32", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("checking", "Checking"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("multipart", models.CharField(blank=True, max_length=1024)),
                ("checked", models.BigIntegerField(default=0)),
                ("taken_until", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["organization", "state"], name="direct_upload_pending")
                ]
            },
        ),
    )

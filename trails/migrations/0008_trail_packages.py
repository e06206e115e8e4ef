"""Packages of whole trails, while they are prepared and kept: rows that come and go.

Not written once: what they hold follows from what is recorded.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import evidence.models
from trails.words import ActorKind


def _protected(to: str, related_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to
    )


class Migration(migrations.Migration):
    dependencies = (("evidence", "0006_tile_roots"), ("trails", "0007_retention"))
    operations = (
        migrations.CreateModel(
            name="TrailPackage",
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
                ("trail", _protected("trails.trail", "packages")),
                ("since", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("checkpoint", _protected("evidence.checkpoint", "+")),
                ("note", models.BinaryField()),
                ("timestamp", models.BinaryField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preparing", "Preparing"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="preparing",
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("by_kind", models.CharField(choices=ActorKind.choices, max_length=20)),
                ("by_id", models.CharField(max_length=36)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("workflows", models.PositiveIntegerField()),
                ("draft", models.JSONField()),
                ("after", models.UUIDField(null=True)),
                ("phase", models.CharField(max_length=20)),
                ("turns", models.PositiveIntegerField(default=0)),
                ("taken_until", models.DateTimeField(null=True)),
                ("length", models.BigIntegerField(null=True)),
                ("etag", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "indexes": [models.Index(fields=["trail", "-id"], name="trail_package_newest")]
            },
        ),
        migrations.CreateModel(
            name="TrailPackageBlock",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "package",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to="trails.trailpackage",
                    ),
                ),
                ("section", models.PositiveSmallIntegerField()),
                ("start", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("data", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("package", "section", "start"), name="trail_package_block_once"
                    )
                ]
            },
        ),
    )

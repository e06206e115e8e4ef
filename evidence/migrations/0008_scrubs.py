"""Reading the vault again and copying it to a replica get their places, findings and queue.

One-way like all tables that are written once: the triggers of findings come with them.
"""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.db import migrations, models

from evidence import append_only

MODELS = ("ScrubFinding", "ScrubRepair")


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the tables as they are at this point of history."""
    models = [apps.get_model("evidence", name) for name in MODELS]
    append_only.install(schema_editor.connection, models)


class Migration(migrations.Migration):
    dependencies = (("evidence", "0007_vault_checks"),)

    operations = (
        migrations.CreateModel(
            name="ScrubFinding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "vault",
                    models.CharField(
                        choices=[("vault", "vault"), ("replica", "replica")], max_length=10
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "blob",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="evidence.blob",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("work", models.CharField(max_length=40)),
                ("number", models.PositiveIntegerField()),
                ("after", models.CharField(blank=True, max_length=64)),
                ("blobs", models.BigIntegerField(default=0)),
                ("bytes", models.BigIntegerField(default=0)),
                ("findings", models.BigIntegerField(default=0)),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("work", "number"), name="round_number_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RoundPart",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("after", models.CharField(blank=True, max_length=64)),
                ("upto", models.CharField(max_length=64)),
                ("holder", models.UUIDField(default=uuid_utils.compat.uuid7)),
                ("due_at", models.DateTimeField()),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="evidence.round",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ScrubRepair",
            fields=[
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="repair",
                        serialize=False,
                        to="evidence.scrubfinding",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("restored", "Restored"),
                            ("read", "Read"),
                            ("disposed", "Disposed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("kept_as", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Uncopied",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "blob",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="evidence.blob",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="scrubfinding",
            index=models.Index(fields=["blob", "vault"], name="finding_of_copy"),
        ),
        migrations.AddIndex(
            model_name="uncopied",
            index=models.Index(fields=["due_at", "id"], name="uncopied_due"),
        ),
        migrations.RunPython(install),
    )

"""The words of events, and the index of words that each engine keeps over them.

A reverse of it drops both: they are derived, and nothing that was recorded is in them alone.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from trails.search import engines


def install(apps: Any, schema_editor: Any) -> None:
    """Make the index of words."""
    engines.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    """Drop the index of words, before its table goes."""
    engines.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = (("trails", "0004_archived_and_counted"),)
    operations = (
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("text", models.TextField()),
                (
                    "attestation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="trails.attestation",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="trails.organization",
                    ),
                ),
                (
                    "trail",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="trails.trail",
                    ),
                ),
                (
                    "workflow",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="trails.workflow",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["trail", "-id"], name="search_text_newest"),
                    models.Index(fields=["workflow", "attestation"], name="search_text_of"),
                ]
            },
        ),
        migrations.RunPython(install, remove),
    )

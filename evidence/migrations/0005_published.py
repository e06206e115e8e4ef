"""The checkpoints that others have vouched for become findable by their size.

One-way like all tables that are written once: its triggers come with it.
"""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from evidence import append_only


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the table as it is at this point of history."""
    append_only.install(schema_editor.connection, [apps.get_model("evidence", "Published")])


class Migration(migrations.Migration):
    dependencies = (("evidence", "0004_pending"),)
    operations = (
        migrations.CreateModel(
            name="Published",
            fields=[
                (
                    "checkpoint",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="published",
                        serialize=False,
                        to="evidence.checkpoint",
                    ),
                ),
                ("size", models.BigIntegerField()),
                ("note", models.BinaryField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.log",
                    ),
                ),
                (
                    "timestamp",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.timestamp",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("log", "size"), name="published_size_once")
                ],
            },
        ),
        migrations.RunPython(install),
    )

"""What came of attacks on the vault is kept.

One-way like all tables that are written once: its triggers come with it.
"""

from typing import Any

import django.utils.timezone
from django.db import migrations, models

import evidence.models
from evidence import append_only


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the table as it is at this point of history."""
    append_only.install(schema_editor.connection, [apps.get_model("evidence", "VaultCheck")])


class Migration(migrations.Migration):
    dependencies = (("evidence", "0006_tile_roots"),)
    operations = (
        migrations.CreateModel(
            name="VaultCheck",
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("vault", models.CharField(max_length=2000)),
                ("verdict", models.CharField(max_length=20)),
                ("findings", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict__in", ["proven", "not-enforced", "not-tried"])
                        ),
                        name="vault_check_has_a_verdict",
                    )
                ],
            },
        ),
        migrations.RunPython(install),
    )

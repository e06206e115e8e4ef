"""From here on blobs, logs and records are written once: triggers refuse update and delete.

One-way on purpose. A later migration that rebuilds a table on SQLite drops its triggers; they are
installed again after every migrate (`evidence.append_only.install_after_migrate`).
"""

from typing import Any

from django.db import migrations

from evidence import append_only

MODELS = ("Blob", "Log", "Record")


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the tables as they are at this point of history."""
    models = [apps.get_model("evidence", name) for name in MODELS]
    append_only.install(schema_editor.connection, models)


class Migration(migrations.Migration):
    dependencies = (("evidence", "0001_initial"),)
    operations = (migrations.RunPython(install),)

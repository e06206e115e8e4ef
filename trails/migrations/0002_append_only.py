"""From here on workflows, attestations, trail versions, evidence and activity are written once.

One-way on purpose, like its sibling in the evidence app.
"""

from typing import Any

from django.db import migrations

from evidence import append_only

MODELS = ("Activity", "Attestation", "Evidence", "TrailVersion", "UserData", "Workflow")


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the tables as they are at this point of history."""
    models = [apps.get_model("trails", name) for name in MODELS]
    append_only.install(schema_editor.connection, models)


class Migration(migrations.Migration):
    dependencies = (("trails", "0001_initial"),)
    operations = (migrations.RunPython(install),)

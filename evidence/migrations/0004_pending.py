"""From here on leaves, tiles, checkpoints and cosignatures are written once, like records.

Records from before there was sealing become pending, so that the first seal covers them all.
One-way on purpose, like the migration that did this for records.
"""

from typing import Any

from django.db import migrations

from evidence import append_only

MODELS = (
    "Checkpoint",
    "Contradiction",
    "Cosignature",
    "Leaf",
    "LogKey",
    "Tile",
    "Timestamp",
    "Witnessed",
)
AT_ONCE = 1000


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the tables as they are at this point of history."""
    models = [apps.get_model("evidence", name) for name in MODELS]
    append_only.install(schema_editor.connection, models)


def queue(apps: Any, schema_editor: Any) -> None:
    """Write every record that there is into the queue of the next seal."""
    record, pending = apps.get_model("evidence", "Record"), apps.get_model("evidence", "Pending")
    rows = record.objects.order_by("pk").values_list("pk", "log_id").iterator(AT_ONCE)
    pending.objects.bulk_create(
        (pending(record_id=pk, log_id=log) for pk, log in rows), batch_size=AT_ONCE
    )


class Migration(migrations.Migration):
    dependencies = (("evidence", "0003_sealing"),)
    operations = (migrations.RunPython(install), migrations.RunPython(queue))

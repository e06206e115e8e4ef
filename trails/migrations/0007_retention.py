"""Trails say for how long evidence is kept; holds keep it longer; disposals leave tombstones.

What was recorded before is kept for ever: no version of it says anything else. The triggers of the
new tables come with them, and those of the trail versions again, whose table SQLite makes anew.
It can be taken back as long as nobody has used any of it; after that it is one-way, like all tables
that are written once.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import evidence.models
from evidence import append_only
from trails.words import ActorKind

MODELS = ("TrailVersion", "Hold", "HoldRelease", "Disposal", "DisposalPart")


def install(apps: Any, schema_editor: Any) -> None:
    """Install the triggers on the tables as they are at this point of history."""
    guarded = [apps.get_model("trails", name) for name in MODELS]
    append_only.install(schema_editor.connection, guarded)


def refuse_if_used(apps: Any, schema_editor: Any) -> None:
    """Keep facts from being dropped with their tables."""
    used = [name for name in MODELS[1:] if apps.get_model("trails", name).objects.exists()]
    versions = apps.get_model("trails", "TrailVersion").objects
    if used or versions.exclude(retention_days=None).exists():
        raise RuntimeError(
            "Retention, holds or disposals are recorded, and going back would drop them. Stay at "
            "trails 0007, or restore a backup from before it."
        )


def _id() -> tuple[str, Any]:
    field = models.UUIDField(
        default=evidence.models.new_id, editable=False, primary_key=True, serialize=False
    )
    return ("id", field)


def _said() -> tuple[tuple[str, Any], ...]:
    """Return the columns that say why, who and when, and the record of it."""
    return (
        ("reason", models.TextField()),
        ("by_kind", models.CharField(choices=ActorKind.choices, max_length=20)),
        ("by_id", models.CharField(max_length=36)),
        ("by_name", models.CharField(max_length=200)),
        ("at", models.DateTimeField()),
        ("record", _one_to_one("evidence.record", "+")),
    )


def _one_to_one(to: str, related_name: str, **options: Any) -> Any:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to, **options
    )


def _key(to: str, related_name: str, **options: Any) -> Any:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=to, **options
    )


class Migration(migrations.Migration):
    dependencies = (("evidence", "0006_tile_roots"), ("trails", "0006_filled"))
    operations = (
        migrations.AddField(
            model_name="trailversion",
            name="retention_days",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="trailversion",
            constraint=models.CheckConstraint(
                condition=Q(retention_days__gte=1, retention_days__lte=36_500)
                | Q(retention_days__isnull=True),
                name="retention_days_in_range",
            ),
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                _id(),
                ("trail", _key("trails.trail", "holds")),
                ("workflow", _key("trails.workflow", "holds", null=True)),
                *_said(),
            ],
        ),
        migrations.CreateModel(
            name="HoldRelease",
            fields=[
                ("hold", _one_to_one("trails.hold", "release", primary_key=True, serialize=False)),
                *_said(),
            ],
        ),
        migrations.CreateModel(
            name="Disposal",
            fields=[
                _id(),
                ("workflow", _key("trails.workflow", "disposals")),
                ("up_to", models.PositiveIntegerField()),
                ("files", models.PositiveIntegerField()),
                ("bytes", models.BigIntegerField()),
                *_said(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workflow", "up_to"), name="disposal_up_to_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DisposalPart",
            fields=[
                _id(),
                ("disposal", _key("trails.disposal", "parts")),
                ("number", models.PositiveIntegerField()),
                ("record", _one_to_one("evidence.record", "+")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("disposal", "number"), name="disposal_part_once"
                    )
                ],
            },
        ),
        migrations.RunPython(install, refuse_if_used),
    )

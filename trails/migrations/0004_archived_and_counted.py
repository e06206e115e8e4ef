"""Trails can be archived; workflows are counted by state; a status knows how much is missing.

What is there already is judged and counted here: nothing that was counted is kept anywhere else.
Numbers can be made again at any time with `manage.py index --recount`.
"""

import django.db.models.deletion
from django.db import migrations, models

from trails.words import WorkflowState


class Migration(migrations.Migration):
    dependencies = (("trails", "0003_held_files"),)
    operations = (
        migrations.AddField(
            model_name="trail", name="archived_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="trail",
            name="archived_by",
            field=models.CharField(blank=True, max_length=200, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="workflowstatus",
            name="missing",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name="workflowstatus",
            index=models.Index(
                fields=["trail", "state", "missing", "-workflow"], name="status_by_missing"
            ),
        ),
        migrations.CreateModel(
            name="StateCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("state", models.CharField(choices=WorkflowState.choices, max_length=20)),
                ("change", models.BigIntegerField()),
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
            ],
            options={
                "indexes": [
                    models.Index(fields=["trail", "state", "change"], name="state_count_of")
                ]
            },
        ),
    )

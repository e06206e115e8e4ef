"""Leaves, tiles, checkpoints and what witnesses say of them: records become a signed log."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import evidence.models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contradiction",
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
                ("source", models.CharField(max_length=600)),
                ("size", models.BigIntegerField()),
                ("reason", models.TextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "log",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contradictions",
                        to="evidence.log",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LogKey",
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
                ("vkey", models.CharField(max_length=600)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="evidence.log",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
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
                ("size", models.BigIntegerField()),
                ("previous_size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.BinaryField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checkpoints",
                        to="evidence.log",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.logkey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "record",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="evidence.record",
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="evidence.log",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tile",
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
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
                ("root", models.BinaryField()),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tiles",
                        to="evidence.log",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Timestamp",
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
                ("authority", models.CharField(max_length=500)),
                ("token", models.BinaryField()),
                ("at", models.DateTimeField()),
                (
                    "checkpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="timestamps",
                        to="evidence.checkpoint",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Witnessed",
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
                ("origin", models.CharField(max_length=400)),
                ("number", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("note", models.BinaryField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("origin", "number"), name="witnessed_in_turn")
                ],
            },
        ),
        migrations.CreateModel(
            name="Cosignature",
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
                ("vkey", models.CharField(max_length=600)),
                ("line", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "checkpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cosignatures",
                        to="evidence.checkpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "vkey"), name="cosigned_once_per_key"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="evidence.record",
                    ),
                ),
                ("index", models.BigIntegerField()),
                (
                    "log",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leaves",
                        to="evidence.log",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("log", "index"), name="leaf_index_once_per_log"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("index__gte", 0)), name="leaf_index_not_negative"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="logkey",
            constraint=models.UniqueConstraint(fields=("log", "vkey"), name="log_key_once_per_log"),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(fields=("log", "size"), name="checkpoint_size_once"),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.UniqueConstraint(
                fields=("log", "previous_size"), name="checkpoint_never_forks"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("previous_size__gte", 0), ("size__gt", models.F("previous_size"))
                ),
                name="checkpoint_never_shrinks",
            ),
        ),
        migrations.AddIndex(
            model_name="pending",
            index=models.Index(fields=["log", "id"], name="pending_of_log"),
        ),
        migrations.AddConstraint(
            model_name="tile",
            constraint=models.UniqueConstraint(
                fields=("log", "level", "index"), name="tile_once_per_log"
            ),
        ),
        migrations.AddConstraint(
            model_name="timestamp",
            constraint=models.UniqueConstraint(
                fields=("checkpoint", "authority"), name="timestamp_once_per_authority"
            ),
        ),
    ]

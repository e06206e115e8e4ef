"""Organizations, trails, workflows, attestations: the rows of the product."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import evidence.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("evidence", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attestation",
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
                ("step", models.CharField(max_length=100)),
                ("number", models.PositiveIntegerField()),
                ("is_compliant", models.BooleanField(null=True)),
                ("description", models.TextField(blank=True)),
                ("external", models.JSONField(default=list)),
                ("occurred_at", models.DateTimeField(null=True)),
                (
                    "by_kind",
                    models.CharField(
                        choices=[
                            ("user", "User"),
                            ("service-account", "Service account"),
                            ("system", "System"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by_id", models.CharField(max_length=36)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("idempotency_key", models.CharField(max_length=255, null=True)),
                (
                    "content_sha256",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9a-f]{64}\\Z", "A SHA-256 is 64 small hex digits."
                            )
                        ],
                    ),
                ),
                (
                    "evidence_list",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.blob",
                    ),
                ),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.record",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Workflow",
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
                ("name", models.CharField(max_length=255, verbose_name="id")),
                ("description", models.TextField(blank=True)),
                (
                    "by_kind",
                    models.CharField(
                        choices=[
                            ("user", "User"),
                            ("service-account", "Service account"),
                            ("system", "System"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by_id", models.CharField(max_length=36)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.record",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=evidence.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "is_staff",
                    models.BooleanField(default=False, help_text="May open the operators' admin."),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UserData",
            fields=[
                (
                    "attestation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="user_data",
                        serialize=False,
                        to="trails.attestation",
                    ),
                ),
                ("text", models.TextField()),
                (
                    "sha256",
                    models.CharField(
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[0-9a-f]{64}\\Z", "A SHA-256 is 64 small hex digits."
                            )
                        ],
                    ),
                ),
                ("crc32", models.BigIntegerField()),
                ("size", models.BigIntegerField()),
            ],
            options={
                "verbose_name_plural": "user data",
            },
        ),
        migrations.CreateModel(
            name="Organization",
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
                ("name", models.CharField(max_length=100, unique=True)),
                ("beta_enabled", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "log",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.log",
                    ),
                ),
                (
                    "opening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.record",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ServiceAccount",
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
                ("name", models.CharField(max_length=100)),
                (
                    "role",
                    models.CharField(
                        choices=[("admin", "Admin"), ("writer", "Writer"), ("auditor", "Auditor")],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="service_accounts",
                        to="trails.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
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
                ("description", models.CharField(blank=True, max_length=200)),
                ("prefix", models.CharField(db_index=True, max_length=16)),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "service_account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_keys",
                        to="trails.serviceaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Trail",
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
                ("name", models.CharField(max_length=100)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trails",
                        to="trails.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrailVersion",
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
                ("number", models.PositiveIntegerField()),
                ("description", models.TextField(blank=True)),
                (
                    "visibility",
                    models.CharField(
                        choices=[("private", "Private"), ("public", "Public")], max_length=20
                    ),
                ),
                ("steps", models.JSONField(default=list)),
                (
                    "by_kind",
                    models.CharField(
                        choices=[
                            ("user", "User"),
                            ("service-account", "Service account"),
                            ("system", "System"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by_id", models.CharField(max_length=36)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.record",
                    ),
                ),
                (
                    "trail",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="trails.trail",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="trail",
            name="current",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="trails.trailversion",
            ),
        ),
        migrations.CreateModel(
            name="WorkflowStatus",
            fields=[
                (
                    "workflow",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="status",
                        serialize=False,
                        to="trails.workflow",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("incomplete", "Incomplete"),
                            ("compliant", "Compliant"),
                            ("non-compliant", "Non-compliant"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("latest", models.JSONField(default=dict)),
                ("attestations", models.PositiveIntegerField(default=0)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name_plural": "workflow statuses"},
        ),
        migrations.AddField(
            model_name="workflow",
            name="trail",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="workflows",
                to="trails.trail",
            ),
        ),
        migrations.AddField(
            model_name="workflow",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="workflows",
                to="trails.trailversion",
            ),
        ),
        migrations.AddField(
            model_name="attestation",
            name="workflow",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attestations",
                to="trails.workflow",
            ),
        ),
        migrations.CreateModel(
            name="Evidence",
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
                ("position", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=255)),
                ("media_type", models.CharField(max_length=255)),
                (
                    "attestation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="trails.attestation",
                    ),
                ),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.blob",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("attestation", "position"), name="evidence_position_once"
                    ),
                    models.UniqueConstraint(
                        fields=("attestation", "name"), name="evidence_name_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("admin", "Admin"), ("writer", "Writer"), ("auditor", "Auditor")],
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="trails.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "user"), name="one_role_per_member"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
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
                ("verb", models.CharField(max_length=60)),
                ("subject", models.CharField(max_length=600)),
                ("details", models.JSONField(default=dict)),
                (
                    "by_kind",
                    models.CharField(
                        choices=[
                            ("user", "User"),
                            ("service-account", "Service account"),
                            ("system", "System"),
                        ],
                        max_length=20,
                    ),
                ),
                ("by_id", models.CharField(max_length=36)),
                ("by_name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "record",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.record",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="trails.organization",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "activities",
                "indexes": [models.Index(fields=["organization", "-id"], name="activity_newest")],
            },
        ),
        migrations.AddConstraint(
            model_name="serviceaccount",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="service_account_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("service_account__isnull", True), ("user__isnull", False)),
                    models.Q(("service_account__isnull", False), ("user__isnull", True)),
                    _connector="OR",
                ),
                name="api_key_has_one_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="trailversion",
            constraint=models.UniqueConstraint(
                fields=("trail", "number"), name="trail_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="trail",
            constraint=models.UniqueConstraint(
                fields=("organization", "name"), name="trail_name_once"
            ),
        ),
        migrations.AddField(
            model_name="workflowstatus",
            name="trail",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="trails.trail"
            ),
        ),
        migrations.AddConstraint(
            model_name="workflow",
            constraint=models.UniqueConstraint(fields=("trail", "name"), name="workflow_id_once"),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.UniqueConstraint(
                fields=("workflow", "number"), name="attestation_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.UniqueConstraint(
                fields=("workflow", "by_id", "idempotency_key"), name="idempotency_key_once"
            ),
        ),
        migrations.AddIndex(
            model_name="workflowstatus",
            index=models.Index(fields=["trail", "-workflow"], name="status_newest"),
        ),
        migrations.AddIndex(
            model_name="workflowstatus",
            index=models.Index(fields=["trail", "state", "-workflow"], name="status_by_state"),
        ),
    ]

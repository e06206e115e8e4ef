"""Organizations, the people and service accounts in them, their keys, and what they did."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evidence.append_only import AppendOnly, AppendOnlyQuerySet
from evidence.models import Log, Record, new_id
from trails.models.by import ByActor
from trails.words import NAME_LIMIT, Role


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address, as Django's own commands expect."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user; without a password, one who must set it by e-mail first."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new operator of the instance."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with an e-mail address, whatever its case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in with an e-mail address, which is stored in lower case."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the operators' admin.")
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        # Public pages and records that never change say this, and an address is nobody's business.
        return self.name or self.email.partition("@")[0]

    def get_full_name(self) -> str:
        """Return what the person is called on pages and in records."""
        return str(self)


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """The vocabulary of organizations."""

    def visible_to(self, actor: Any) -> "OrganizationQuerySet":
        """Return those the actor belongs to, and those that have a public trail."""
        public = Q(trails__current__visibility="public")
        return self.filter(public | Q(pk__in=actor.organization_ids)).distinct()


class Organization(models.Model):
    """A tenant: owns trails, members, keys and one log."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=NAME_LIMIT, unique=True)
    log = models.OneToOneField(Log, on_delete=models.PROTECT, related_name="+")
    # The activity that opened it: what its trails' first versions point at.
    opening = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    beta_enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OrganizationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in an organization."""

    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["organization", "user"], name="one_role_per_member"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.organization}"


class ServiceAccount(models.Model):
    """A machine that reports, with a role of its own in one organization."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, related_name="service_accounts"
    )
    name = models.CharField(max_length=NAME_LIMIT)
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "name"], name="service_account_name_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A secret by which a person or a service account reports. Only its hash is kept.

    Threat. Someone who reads the database must not be able to report: the token is 32 random
    bytes, so its SHA-256 cannot be turned back. Found by a prefix, compared in constant time.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="api_keys"
    )
    service_account = models.ForeignKey(
        ServiceAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="api_keys"
    )
    description = models.CharField(max_length=200, blank=True)
    prefix = models.CharField(max_length=16, db_index=True)
    sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=False, service_account__isnull=True)
                | Q(user__isnull=True, service_account__isnull=False),
                name="api_key_has_one_owner",
            ),
        )

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def is_usable(self) -> bool:
        """Tell whether the key works now."""
        return self.revoked_at is None and (
            self.expires_at is None or self.expires_at > timezone.now()
        )


class ActivityQuerySet(AppendOnlyQuerySet):
    """The vocabulary of activities: newest first, by the index of an organization's."""

    def for_organization(self, organization: Organization) -> "ActivityQuerySet":
        """Return what was done in an organization, newest first."""
        return self.filter(organization=organization).order_by("-id")

    def verbs(self, *beginnings: str) -> "ActivityQuerySet":
        """Return those whose verb begins in one of these ways: `key.` for all done to keys."""
        wanted = Q()
        for beginning in beginnings:
            wanted |= Q(verb__startswith=beginning)
        return self.filter(wanted)

    def by(self, id: str) -> "ActivityQuerySet":
        """Return what one person or service account did."""
        return self.filter(by_id=id)

    def before(self, id: uuid.UUID) -> "ActivityQuerySet":
        """Return those that are older than the one with this id: the next page."""
        return self.filter(id__lt=id)


class Activity(AppendOnly, ByActor):
    """What people and keys did: sign-ins, configuration, downloads.

    Changes of configuration also have a record in the log; what only reads has none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.PROTECT, related_name="activities"
    )
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=600)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    record = models.OneToOneField(Record, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        indexes = (models.Index(fields=["organization", "-id"], name="activity_newest"),)

    def __str__(self) -> str:
        return f"{self.by_name} {self.verb} {self.subject}"
